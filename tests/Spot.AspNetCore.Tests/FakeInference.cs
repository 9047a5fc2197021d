using System.Runtime.CompilerServices;

namespace Spot.AspNetCore.Tests;

/// <summary>Answers with what it was asked, and fails as the id of the prompt says.</summary>
internal sealed class FakeInference : IPromptInference, IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously), _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What ends when loading does.</summary>
    public Task Loading { get; init; } = Task.CompletedTask;

    /// <summary>Ends when a request for the prompt <c>waits</c> is under way.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Ends when a request for the prompt <c>waits</c> was cancelled.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>What is written; null for the prompt and the text.</summary>
    public string? Written { get; set; }

    public GenerationOptions? Options { get; private set; }

    public PromptRequest? Request { get; private set; }

    public ClassificationOptions? Classification { get; private set; }

    /// <summary>Whether somebody disposed it, whose it is not.</summary>
    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;

    /// <summary>Lets the prompt <c>waits</c> answer.</summary>
    public void Release() => _released.TrySetResult();

    public async Task<GenerationResult> GenerateAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        await FailAsync(request, cancellationToken);
        Options = options;
        GeneratedText text = new(Written ?? $"{request.PromptId}: {request.Text}", [5, 6, 1], FinishReason.EndOfSequence) { TokenLogProbabilities = options!.LogProbabilities ? [-0.5, -0.25, 0] : [] };
        return new GenerationResult([.. Enumerable.Repeat(text, options.Samples)], 4, 2);
    }

    public async IAsyncEnumerable<GenerationUpdate> GenerateStreamingAsync(
        PromptRequest request, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await FailAsync(request, cancellationToken);
        Options = options;
        yield return new GenerationUpdate("one ", null);
        if (request.PromptId == "breaks")
        {
            throw new TimeoutException("The request had no answer after 1 s.");
        }

        if (request.PromptId == "waits-later")
        {
            _asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        yield return new GenerationUpdate("\"two\"\n", null);
        yield return new GenerationUpdate("", FinishReason.Length);
    }

    public async Task<ClassificationResult> ClassifyAsync(PromptRequest request, ClassificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        await FailAsync(request, cancellationToken);
        Classification = options;
        return new ClassificationResult(options!.AbstainBelow > 0.8 ? null : "b", [new LabelScore("a", 0.25, -2, 2), new LabelScore("b", 0.75, -1, 3)], 4, 0);
    }

    public async Task<ScoringResult> ScoreAsync(PromptRequest request, IReadOnlyList<string> targets, CancellationToken cancellationToken = default)
    {
        await FailAsync(request, cancellationToken);
        return new ScoringResult([.. targets.Select((target, i) => new TargetScore(target, -i, 2))], 4, 0);
    }

    public async Task<EmbeddingResult> EmbedAsync(PromptRequest request, CancellationToken cancellationToken = default)
    {
        await FailAsync(request, cancellationToken);
        return new EmbeddingResult(new float[] { 0.5f, -1.25f, request.Text.Length }, 4, 0);
    }

    public Task PreloadAsync(IReadOnlyList<string> promptIds, CancellationToken cancellationToken = default) => Loading;

    public void Invalidate(string promptId)
    {
    }

    private async Task FailAsync(PromptRequest request, CancellationToken cancellationToken)
    {
        Request = request;
        await Task.Yield();
        switch (request.PromptId)
        {
            case "none":
                throw new KeyNotFoundException("Found no prompt 'none' in the library.");
            case "other":
                throw new SpotException("The prompt belongs to another backbone.");
            case "wrong":
                throw new ArgumentException("Found TopK 3 without a Temperature.", nameof(request));
            case "full":
                throw new QueueFullException("Found 1024 requests waiting.", TimeSpan.FromSeconds(2.5));
            case "late":
                throw new TimeoutException("The request had no answer after 1 s.");
            case "closed":
                throw new ObjectDisposedException("inference");
            case "damaged":
                throw new InvalidDataException("/secret/folder/damaged.json: found no valid description.");
            case "waits":
                _asked.TrySetResult();
                try
                {
                    await _released.Task.WaitAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    _cancelled.TrySetResult();
                    throw;
                }

                break;
        }
    }
}
