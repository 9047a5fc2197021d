namespace Spot.Tests.Transfer;

/// <summary>An embedder that returns what it was given and notes with which options.</summary>
internal sealed class FakeEmbedder(Func<TuningOptions?, TaskEmbedding> embedding) : ITaskEmbedder
{
    public FakeEmbedder(TaskEmbedding embedding)
        : this(_ => embedding)
    {
    }

    public List<(TaskMixture Task, TuningOptions? Options)> Calls { get; } = [];

    public Task<TaskEmbedding> EmbedAsync(
        TaskMixture task, TuningOptions? options = null, IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add((task, options));
        return Task.FromResult(embedding(options));
    }
}
