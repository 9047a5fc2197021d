using System.Globalization;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Tests.Studies;

/// <summary>
/// Tunes and embeds without a model: what a run gives is a function of its task, seed, start, learning rate and prompt length. It notes what it was asked for, and can stop as a
/// process that is cancelled would.
/// </summary>
internal sealed class StudyFake : IPromptTuner, IPromptEvaluator, ITaskEmbedder
{
    /// <summary>What it says that it computes on.</summary>
    public static readonly BackboneIdentity Backbone = new("fake", BackbonePrecision.Float32, "cpu");

    public List<string> Calls { get; } = [];

    /// <summary>The steps of every run.</summary>
    public List<int> Steps { get; } = [];

    /// <summary>The call, from 1, in which it is cancelled; 0 for none.</summary>
    public int StopAt { get; set; }

    /// <summary>Told of every call before it is done.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>Runs on this task diverge.</summary>
    public string? Diverging { get; set; }

    /// <summary>The score of the model itself on an input.</summary>
    public static double Bare(string input) => Math.Round(50 + (40 * Math.Sin(Hash(input))), 3);

    public static StudyPlan Plan(int sources = 3, int targets = 2) => new()
    {
        Sources = [.. Enumerable.Range(0, sources).Select(i => Task($"source/{i}"))],
        Targets = [.. Enumerable.Range(0, targets).Select(i => Task($"target {i}", test: true))],
        SourceSeeds = [0, 1],
        TargetSeeds = [0, 5],
        SourceOptions = new() { Steps = 40, EmbeddingStep = 4, EvaluateEvery = 10 },
        TargetOptions = new() { Steps = 40, EvaluateEvery = 10, Initialization = PromptInitialization.ClassLabels },
        BestOfTopKValues = [1, 2],
        RacingOfTopKValues = [3],
        RacingFirstRungFraction = 0.25,
        AverageOfTopKValues = [2],
        MixtureOfTopKValues = [2],
    };

    public static SweepPlan Sweep() => new()
    {
        Task = Task("swept", test: true),
        Options = new() { Steps = 40, EvaluateEvery = 10 },
        LearningRates = [0.1, 0.3, 1],
        PromptLengths = [10, 20],
        Initializations = [PromptInitialization.SampledVocabulary, PromptInitialization.RandomUniform],
        Seeds = [0, 5],
    };

    public static TextTask Task(string name, bool test = false) =>
        new(name, [], [new TextExample(name, "b")], [new TextExample("c", "d")], test ? [new TextExample("e", "f")] : null);

    public Task<TuningResult> TuneAsync(
        TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Count($"{task.Name} {options!.Seed} {options.Initialization} {(start is null ? "scratch" : start.Values.Span[0].ToString("F3", CultureInfo.InvariantCulture))}", cancellationToken);
        Steps.Add(options.Steps);
        Directory.CreateDirectory(options.RunFolder!);
        progress?.Report(new TuningProgress(task.Name, 1, options.Steps, 0, null, default, default));
        if (task.Name == Diverging)
        {
            throw new TuningDivergedException("diverged") { Step = 7, LastGood = Prompt(7, 7) };
        }

        double key = Hash($"{task.Name} {options.Seed}") + (3 * (options.Optimizer.LearningRate - 0.3)) + ((options.PromptLength - 100) / 7.0), from = start?.Values.Span[0] ?? 0;
        double[] scores = [.. Enumerable.Range(1, 4).Select(i => Math.Round(20 + (15 * i) + (15 * Math.Sin(key + (9 * from) + i)), 3))];
        int best = Array.IndexOf(scores, scores.Max());
        return System.Threading.Tasks.Task.FromResult(new TuningResult
        {
            Best = Prompt(key, from),
            BestScore = scores[best],
            BestStep = 10 * (best + 1),
            Final = Prompt(key + 1, from),
            Embedding = Embedding(task.Name, options),
            Evaluations = [.. scores.Select((score, i) => new TuningEvaluation(10 * (i + 1), score, 0))],
            Losses = new double[40],
            Seed = options.Seed,
        });
    }

    public Task<TaskEmbedding> EmbedAsync(
        TaskMixture task, TuningOptions? options = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Count($"embed {task.Name} {options!.Seed}", cancellationToken);
        return System.Threading.Tasks.Task.FromResult(Embedding(task.Name, options));
    }

    public Task<PromptEvaluation> EvaluateAsync(
        SoftPrompt? prompt, TextTask task, IReadOnlyList<TextExample>? examples = null, EvaluationOptions? options = null, CancellationToken cancellationToken = default) =>
        System.Threading.Tasks.Task.FromResult(prompt is null ? new PromptEvaluation(Bare(examples![0].Input), 0)
            : new PromptEvaluation(Math.Round(50 + (40 * Math.Sin(prompt.Values.Span[0] + prompt.Values.Span[1] + examples!.Count)), 3), 0));

    public Task<EnsembleEvaluation> EvaluateAsync(
        IReadOnlyList<SoftPrompt> prompts, TextTask task, IReadOnlyList<TextExample>? examples = null, EvaluationOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("A study evaluates one prompt at a time.");

    public Task<IReadOnlyList<TuningResult>> TuneManyAsync(
        TaskMixture task, IReadOnlyList<SoftPrompt> starts, TuningOptions? options = null, IReadOnlyList<TuningRung>? rungs = null,
        IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("A study races from whole runs.");

    public Task<TuningEstimate> EstimateAsync(TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("A study estimates nothing.");

    private void Count(string call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(call);
        OnCall?.Invoke(call);
        if (Calls.Count == StopAt)
        {
            throw new OperationCanceledException("stopped");
        }
    }

    private static TaskEmbedding Embedding(string task, TuningOptions options)
    {
        (double sin, double cos) = Math.SinCos(Hash(task) + (0.1 * options.Seed));
        return new TaskEmbedding(task, Prompt(cos + options.Seed, sin - options.Seed), options.EmbeddingStep) { Start = Prompt(options.Seed, -options.Seed) };
    }

    private static SoftPrompt Prompt(double a, double b) => new(1, 2, [(float)a, (float)b], "fake");

    // string.GetHashCode differs from process to process.
    private static double Hash(string text) => text.Aggregate(0.0, (hash, c) => ((hash * 31) + c) % 6.283);
}
