using System.Numerics.Tensors;
using Spot.Backbone;
using Spot.Tuning;

namespace Spot.Samples.TransferStudy;

/// <summary>
/// Tasks of which the truth is known: each has a teacher, a soft prompt U + ε · δ with the centre U of its cluster and a direction δ of its own, and its
/// labels are what the frozen model answers under that teacher. Which tasks are related, and how nearly, is then a matter of distances, not of language.
/// </summary>
/// <remarks>
/// Inputs are words at random. Each cluster has two label words of its own, of which each is the answer to half of a task's rows. All tasks train on
/// inputs of one pool and are judged by inputs of another, so that none has seen what another is judged by.
/// </remarks>
/// <param name="backbone">The frozen model; the caller keeps it.</param>
/// <param name="seed">Of everything random.</param>
internal sealed class PlantedWorld(T5Backbone backbone, int seed)
{
    /// <summary>Rows of the teachers.</summary>
    public const int PromptLength = 5;

    /// <summary>Two clusters of three teachers, the third farther out, and a cluster without relatives. // [cluster][distance]</summary>
    public static readonly IReadOnlyList<IReadOnlyList<double>> Clusters = [[0.1, 0.1, 0.4], [0.1, 0.1, 0.4], [0.1]];

    private const int WordsPerInput = 4, MostTries = 20;

    // The size of a prompt's numbers: that of the bundled model's token embeddings.
    private const double Size = 7;

    // Pairs of words of which the bundled model prefers neither.
    private static readonly string[][] Labels = [["one", "right"], ["blue", "two"], ["down", "day"], ["south", "night"], ["red", "north"]];

    private static readonly string[] Words =
    [
        "river", "stone", "cloud", "apple", "table", "engine", "letter", "winter", "garden", "bridge", "silver", "paper", "music", "window", "horse", "candle",
    ];

    private readonly PromptEvaluator _evaluator = new(backbone);

    /// <summary>Makes the tasks, named by cluster and place in it: a0, a1, …, b0, …</summary>
    /// <param name="clusters">Of each cluster the distances ε of its teachers.</param>
    /// <param name="trainRows">Training rows of each task, an even number.</param>
    /// <param name="heldOutRows">Validation rows and as many test rows, an even number.</param>
    /// <param name="cancellationToken">Checked before every teacher.</param>
    public async Task<IReadOnlyList<PlantedTask>> BuildAsync(
        IReadOnlyList<IReadOnlyList<double>> clusters, int trainRows, int heldOutRows, CancellationToken cancellationToken)
    {
        string[] training = Inputs("training", 3 * trainRows), judging = [.. Inputs("judging", 6 * heldOutRows).Except(training)];
        List<PlantedTask> tasks = [];
        foreach ((int cluster, IReadOnlyList<double> distances) in clusters.Index())
        {
            string name = ((char)('a' + cluster)).ToString();
            for (int attempt = 0; ; attempt++)
            {
                double[] centre = Noise($"centre {name} {attempt}");
                List<PlantedTask> own = [];
                foreach ((int place, double distance) in distances.Index())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    double[] direction = Noise($"direction {name}{place} {attempt}");
                    SoftPrompt teacher = Prompt([.. centre.Zip(direction, (u, d) => u + (distance * d))]);
                    List<TextExample>? train = await RowsAsync(teacher, Labels[cluster], training, trainRows, cancellationToken);
                    List<TextExample>? heldOut = train is null ? null : await RowsAsync(teacher, Labels[cluster], judging, 2 * heldOutRows, cancellationToken);
                    if (train is null || heldOut is null)
                    {
                        break; // its answers are too much of one kind
                    }

                    TextTask task = new($"{name}{place}", Labels[cluster], train, heldOut[..heldOutRows], heldOut[heldOutRows..], $"cluster {name}");
                    own.Add(new PlantedTask(task, teacher, distance));
                }

                if (own.Count == distances.Count)
                {
                    tasks.AddRange(own);
                    break;
                }

                if (attempt == MostTries)
                {
                    throw new SpotException($"Found no centre in {MostTries} tries under whose teachers the model gives both answers often enough. Choose another model or other labels.");
                }
            }
        }

        return tasks;
    }

    /// <summary>How far two prompts are apart, where a direction δ has the length 1.</summary>
    public static double Distance(SoftPrompt one, SoftPrompt other) =>
        TensorPrimitives.Distance(one.Values.Span, other.Values.Span) / (Size * Math.Sqrt(one.Values.Length));

    // Half of each answer, in turn; null where there are not so many.
    private async Task<List<TextExample>?> RowsAsync(SoftPrompt teacher, string[] labels, string[] inputs, int count, CancellationToken cancellationToken)
    {
        TextExample[] asked = [.. inputs.Select(input => new TextExample(input, labels[0]))];
        TextTask task = new("answers", labels, asked, asked);
        PromptEvaluation evaluation = await _evaluator.EvaluateAsync(teacher, task, asked, new EvaluationOptions { Method = EvaluationMethod.Ranking }, cancellationToken);
        TextExample[][] answered = [.. labels.Select(label => evaluation.Predictions.Where(prediction => prediction.Text == label)
            .Select(prediction => new TextExample(prediction.Example.Input, label)).Take(count / 2).ToArray())];
        return answered.Any(rows => rows.Length < count / 2) ? null : [.. Enumerable.Range(0, count / 2).SelectMany(row => answered.Select(rows => rows[row]))];
    }

    private string[] Inputs(string purpose, int count)
    {
        Random random = For(purpose);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', Enumerable.Range(0, WordsPerInput).Select(_ => Words[random.Next(Words.Length)]))).Distinct()];
    }

    private SoftPrompt Prompt(double[] values) => new(PromptLength, backbone.Config.Dim, [.. values.Select(value => (float)value)], backbone.Fingerprint);

    // Normally distributed, by Box and Muller.
    private double[] Noise(string purpose)
    {
        Random random = For(purpose);
        return [.. Enumerable.Range(0, PromptLength * backbone.Config.Dim)
            .Select(_ => Size * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    private Random For(string purpose) => new(purpose.Aggregate(seed, (hash, letter) => unchecked((hash * 31) + letter)));
}
