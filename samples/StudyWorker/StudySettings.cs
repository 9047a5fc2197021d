using System.Text.Json;
using Spot.Studies;
using Spot.Tasks;
using Spot.Transfer;

namespace Spot.Samples.StudyWorker;

/// <summary>What a study is of, in so few words that they travel with it: every worker makes the same plan of them and of its own copy of the data.</summary>
internal sealed record StudySettings
{
    private static readonly int[] BestOf = [1, 3, 6];

    /// <summary>Names of folders with tasks.</summary>
    public required string[] Sources { get; init; }

    public required string[] Targets { get; init; }

    /// <summary>The task of a tuning sweep, which then is all there is; null for a study of transfers.</summary>
    public string? Sweep { get; init; }

    /// <summary>Of a sweep; empty for the recipe's own.</summary>
    public double[] Rates { get; init; } = [];

    public int[] Lengths { get; init; } = [];

    public PromptInitialization[] Starts { get; init; } = [];

    /// <summary>Prompts of each source.</summary>
    public int SourceSeeds { get; init; } = 1;

    /// <summary>Runs of each target.</summary>
    public int TargetSeeds { get; init; } = 2;

    public int SourceSteps { get; init; } = 60;

    public int TargetSteps { get; init; } = 20;

    public int EmbeddingStep { get; init; } = 30;

    public int PromptLength { get; init; } = 20;

    /// <summary>Validation rows, and half the test rows, by which a prompt is judged.</summary>
    public int Rows { get; init; } = 50;

    /// <summary>The k of averages and mixtures.</summary>
    public int[] Averages { get; init; } = [2];

    public int[] Mixtures { get; init; } = [2];

    /// <summary>As a study's description.</summary>
    public string ToText() => JsonSerializer.Serialize(this);

    /// <exception cref="InvalidDataException">The text is none of this program's.</exception>
    public static StudySettings Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<StudySettings>(text) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"Found a study with the description '{text}', expected one that this program submitted: {exception.Message}", exception);
        }
    }

    /// <summary>The plan.</summary>
    /// <param name="data">The folder of the tasks' folders.</param>
    public StudyPlan Plan(string data)
    {
        TuningOptions source = TuningOptions.SmallModel(), target = TuningOptions.SmallModel();
        (source.Steps, source.EmbeddingStep, source.EvaluateEvery) = (SourceSteps, Math.Min(EmbeddingStep, SourceSteps), Math.Max(1, SourceSteps / 3));
        (target.Steps, target.EvaluateEvery, target.Initialization) = (TargetSteps, Math.Max(1, TargetSteps / 5), PromptInitialization.ClassLabels);
        foreach (TuningOptions options in new[] { source, target })
        {
            (options.PromptLength, options.MaxValidationExamples, options.EvaluationMethod, options.CheckpointEvery) = (PromptLength, Rows, EvaluationMethod.Ranking, 20);
        }

        if (Sweep is not null)
        {
            return new SweepPlan
            {
                Task = Judged(TaskFolder.Load(Path.Combine(data, Sweep))),
                Options = target,
                LearningRates = Rates,
                PromptLengths = Lengths,
                Initializations = Starts,
                Seeds = Seeds(TargetSeeds),
            };
        }

        int prompts = Sources.Length * SourceSeeds;
        return new StudyPlan
        {
            Sources = [.. Sources.Select(name => TaskFolder.Load(Path.Combine(data, name)))],
            Targets = [.. Targets.Select(name => Judged(TaskFolder.Load(Path.Combine(data, name))))],
            SourceSeeds = Seeds(SourceSeeds),
            TargetSeeds = Seeds(TargetSeeds),
            SourceOptions = source,
            TargetOptions = target,
            BestOfTopKValues = [.. BestOf.Where(k => k <= prompts)],
            RacingOfTopKValues = [Math.Min(12, prompts)],
            AverageOfTopKValues = Averages,
            MixtureOfTopKValues = Mixtures,
            Similarities = [PromptSimilarity.AverageDisplacement],
        };
    }

    private TextTask Judged(TextTask task) =>
        new(task.Name, task.Labels, task.Train, task.Validation, [.. task.Test.Take(2 * Rows)], task.Family, task.Metrics);

    private static long[] Seeds(int count) => [.. Enumerable.Range(0, count).Select(seed => (long)seed)];
}
