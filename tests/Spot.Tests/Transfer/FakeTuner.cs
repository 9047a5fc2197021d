namespace Spot.Tests.Transfer;

/// <summary>A tuner that computes nothing: it notes its calls and takes the score from the prompt that it starts from.</summary>
internal sealed class FakeTuner(Func<SoftPrompt?, double> score) : IPromptTuner
{
    /// <summary>From which prompts a run diverges.</summary>
    public Predicate<SoftPrompt?> Diverges { get; init; } = _ => false;

    /// <summary>Where a run from scratch ends.</summary>
    public static SoftPrompt Scratch { get; } = new(1, 2, [-7, -7], "fake");

    public List<(IReadOnlyList<SoftPrompt> Starts, IReadOnlyList<TuningRung> Rungs)> Rungs { get; } = [];

    public List<(TaskMixture Task, TuningOptions? Options, SoftPrompt? Start)> Calls { get; } = [];

    public Task<TuningResult> TuneAsync(
        TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add((task, options, start));
        progress?.Report(new TuningProgress(task.Name, Calls.Count, 1, 0, null, default, default));
        TuningResult result = Result(start ?? Scratch, score(start), options?.Seed ?? 0);
        return Diverges(start) ? throw new TuningDivergedException("diverged") { Result = result with { BestScore = double.NaN } } : Task.FromResult(result);
    }

    public Task<IReadOnlyList<TuningResult>> TuneManyAsync(
        TaskMixture task,
        IReadOnlyList<SoftPrompt> starts,
        TuningOptions? options = null,
        IReadOnlyList<TuningRung>? rungs = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Rungs.Add((starts, rungs ?? []));
        return Task.FromResult<IReadOnlyList<TuningResult>>([.. starts.Select(start => Result(start, score(start), options?.Seed ?? 0))]);
    }

    public Task<TuningEstimate> EstimateAsync(TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("A strategy estimates nothing.");

    // Best and last prompt differ, so that a test can tell which one was taken.
    private static TuningResult Result(SoftPrompt prompt, double score, long seed) => new()
    {
        Best = prompt,
        BestScore = score,
        BestStep = 1,
        Final = new SoftPrompt(prompt.Length, prompt.Dim, [.. prompt.Values.ToArray().Select(value => value + 1000)], prompt.BackboneFingerprint),
        Evaluations = [new TuningEvaluation(1, score, 0)],
        Losses = [0, 0],
        Seed = seed,
    };
}
