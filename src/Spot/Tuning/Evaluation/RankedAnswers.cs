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
    private readonly IReadOnlyList<TargetTree> _trees = TargetTree.Of(labels, model.Config.DecoderStartId);

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
            : new RankedAnswer(RankClassification.Choose(scores, lengths), LabelSet.Probabilities([.. scores.Zip(lengths, (score, length) => score / length)])))];
    }

    /// <summary>Scores every label for every row of a batch.</summary>
    /// <param name="encoded">The encoded inputs.</param>
    /// <returns>Log-likelihoods in nats, at most 0, by row, then by label.</returns>
    public double[][] LogLikelihoods(EncodedBatch encoded) => TreeScores.Run(model, encoded, _trees);
}
