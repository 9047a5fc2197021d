namespace Spot;

/// <summary>Answers requests, each behind a soft prompt of its own, by one frozen model.</summary>
/// <remarks>
/// Safe for concurrent calls, and meant to be shared: requests that are there at the same time are computed together, and each gets what it gets alone, up to
/// the rounding of larger products. A call owns nothing to dispose. Every call may end with these, and they harm no other request:
/// <see cref="ArgumentException"/> (text, labels or options), <see cref="KeyNotFoundException"/> (no such prompt in the library), <see cref="SpotException"/>
/// (the prompt belongs to another backbone, or the model computed NaN), <see cref="QueueFullException"/>, <see cref="TimeoutException"/>,
/// <see cref="OperationCanceledException"/> and <see cref="ObjectDisposedException"/>.
/// </remarks>
public interface IPromptInference
{
    /// <summary>Requests that may wait before they are begun: of a call with a list no more are sent at once.</summary>
    /// <value>No limit, unless an implementation has one.</value>
    int QueueCapacity => int.MaxValue;

    /// <summary>Writes an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How it is decoded; null for the most likely token at each place.</param>
    /// <param name="cancellationToken">Takes the request out at the next step.</param>
    /// <returns>What was written.</returns>
    Task<GenerationResult> GenerateAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes an answer piece by piece, as it is decoded.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How it is decoded, without beams and with one sample; null for the most likely token at each place.</param>
    /// <param name="cancellationToken">Takes the request out at the next step, as does leaving the enumeration.</param>
    /// <returns>Pieces of text, one after the other; together they are the text that <see cref="GenerateAsync(PromptRequest, GenerationOptions?, CancellationToken)"/> gives.</returns>
    IAsyncEnumerable<GenerationUpdate> GenerateStreamingAsync(PromptRequest request, GenerationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Chooses the most likely of the prompt's labels, or of those that the request names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">How labels are compared; null for the defaults.</param>
    /// <param name="cancellationToken">Takes the request out at the next step.</param>
    /// <returns>Every label with its probability.</returns>
    Task<ClassificationResult> ClassifyAsync(PromptRequest request, ClassificationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Tells how likely each of some answers is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="targets">The answers, at least one.</param>
    /// <param name="cancellationToken">Takes the request out at the next step.</param>
    /// <returns>The scores, in the order of the targets.</returns>
    Task<ScoringResult> ScoreAsync(PromptRequest request, IReadOnlyList<string> targets, CancellationToken cancellationToken = default);

    /// <summary>Embeds a text by the mean of the encoder's states at its tokens, end of sequence included; the rows of a prompt are read, but not counted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Takes the request out at the next step.</param>
    /// <returns>The embedding.</returns>
    Task<EmbeddingResult> EmbedAsync(PromptRequest request, CancellationToken cancellationToken = default);

    /// <summary>Reads prompts of the library before they are asked for.</summary>
    /// <param name="promptIds">The prompts' ids.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A task that ends when they are there.</returns>
    Task PreloadAsync(IReadOnlyList<string> promptIds, CancellationToken cancellationToken = default);

    /// <summary>Forgets what is kept of a prompt of the library. Not needed after a change of the library, which is noticed.</summary>
    /// <param name="promptId">The prompt's id; one that is not kept is no error.</param>
    void Invalidate(string promptId);
}
