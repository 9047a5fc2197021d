using Spot.Backbone;
using Spot.Tasks;

namespace Spot.Tuning;

/// <summary>Answers inputs by the most likely label instead of by decoding: every label is scored once over one pass of the encoder.</summary>
/// <remarks>A label's score is the log-likelihood of its tokens, end of sequence included, as in T5's <c>rank_classification</c>.</remarks>
/// <param name="model">The model.</param>
/// <param name="labels">The labels' ids with end of sequence.</param>
/// <param name="perToken">Whether a score is divided by its label's number of tokens.</param>
internal sealed class RankedAnswers(FrozenT5 model, int[][] labels, bool perToken)
{
    /// <summary>The most likely label of every input behind every prompt.</summary>
    /// <param name="prompts">The prompts, at least one; null for the bare model.</param>
    /// <param name="inputs">Input ids with end of sequence.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>By prompt, then by input; the label −1 where the model computed NaN.</returns>
    public RankedAnswer[][] Run(IReadOnlyList<SoftPrompt?> prompts, int[][] inputs, CancellationToken cancellationToken) =>
        PromptedBatches.Run(model, prompts, inputs, Choose, cancellationToken);

    /// <summary>The most likely label of every row of a batch.</summary>
    /// <param name="encoded">The encoded inputs.</param>
    public RankedAnswer[] Choose(EncodedBatch encoded)
    {
        int[] lengths = [.. labels.Select(label => perToken ? label.Length : 1)];
        return [.. LogLikelihoods(encoded).Select(scores => scores.Any(double.IsNaN)
            ? new RankedAnswer(ClassificationMetrics.InvalidLabel, null)
            : new RankedAnswer(RankClassification.Choose(scores, lengths), Probabilities([.. scores.Zip(lengths, (score, length) => score / length)])))];
    }

    /// <summary>Scores every label for every row of a batch.</summary>
    /// <param name="encoded">The encoded inputs.</param>
    /// <returns>Log-likelihoods in nats, at most 0, by row, then by label.</returns>
    public double[][] LogLikelihoods(EncodedBatch encoded)
    {
        int rows = (int)encoded.States.size(0);
        double[][] scores = [.. Enumerable.Range(0, rows).Select(_ => new double[labels.Length])];

        // Labels of similar length meet in a pass, so that little is padded.
        int[] byLength = [.. Enumerable.Range(0, labels.Length).OrderBy(label => labels[label].Length)];
        IEnumerable<(int Row, int Label)> pairs = byLength.SelectMany(label => Enumerable.Range(0, rows).Select(row => (row, label)));
        foreach ((int Row, int Label)[] part in pairs.Chunk(PairScores.Most(labels.Max(label => label.Length))))
        {
            double[] found = PairScores.Run(model, encoded, [.. part.Select(pair => (pair.Row, labels[pair.Label]))]);
            foreach ((int index, (int row, int label)) in part.Index())
            {
                scores[row][label] = found[index];
            }
        }

        return scores;
    }

    // softmax over the labels
    private static double[] Probabilities(double[] scores)
    {
        double most = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - most))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
