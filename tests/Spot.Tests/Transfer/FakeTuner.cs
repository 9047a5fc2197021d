namespace Spot.Tests.Transfer;

/// <summary>A tuner that computes nothing: it notes its calls and takes the score from the prompt that it starts from.</summary>
internal sealed class FakeTuner(Func<SoftPrompt?, double> score) : IPromptTuner
{
    public List<(TaskMixture Task, TuningOptions? Options, SoftPrompt? Start)> Calls { get; } = [];

    public Task<TuningResult> TuneAsync(
        TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add((task, options, start));
        progress?.Report(new TuningProgress(task.Name, Calls.Count, 1, 0, null, default, default));
        return Task.FromResult(Result(start!, score(start)));
    }

    public Task<TuningEvaluation> EvaluateAsync(
        SoftPrompt? prompt, TextTask task, IReadOnlyList<TextExample>? examples = null, TuningOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("A transfer does not evaluate by itself.");

    public Task<EnsembleEvaluation> EvaluateAsync(
        IReadOnlyList<SoftPrompt> prompts, TextTask task, IReadOnlyList<TextExample>? examples = null, TuningOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("A transfer does not evaluate by itself.");

    private static TuningResult Result(SoftPrompt prompt, double score) => new()
    {
        Best = prompt,
        BestScore = score,
        BestStep = 1,
        Final = prompt,
        Evaluations = [new TuningEvaluation(1, score, 0)],
        Losses = [0],
        Seed = 0,
    };
}
