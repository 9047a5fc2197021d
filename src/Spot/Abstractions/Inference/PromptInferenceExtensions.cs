namespace Spot;

/// <summary>Several requests in one call.</summary>
/// <remarks>No more of them are sent at once than may wait (<see cref="IPromptInference.QueueCapacity"/>). Threads and errors are those of single requests.</remarks>
public static class PromptInferenceExtensions
{
    /// <summary>Writes an answer to each of several requests.</summary>
    /// <param name="inference">What answers.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="options">As for one request, and the same for all.</param>
    /// <param name="cancellationToken">Takes all of them out.</param>
    /// <returns>The answers, in the order of the requests. Where one fails, the call does, and the others are taken out.</returns>
    public static Task<IReadOnlyList<GenerationResult>> GenerateAsync(
        this IPromptInference inference, IReadOnlyList<PromptRequest> requests, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(inference, requests, (request, token) => inference.GenerateAsync(request, options, token), cancellationToken);

    /// <summary>Chooses a label for each of several requests.</summary>
    /// <param name="inference">What answers.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="options">As for one request, and the same for all.</param>
    /// <param name="cancellationToken">Takes all of them out.</param>
    /// <returns>The answers, in the order of the requests. Where one fails, the call does, and the others are taken out.</returns>
    public static Task<IReadOnlyList<ClassificationResult>> ClassifyAsync(
        this IPromptInference inference, IReadOnlyList<PromptRequest> requests, ClassificationOptions? options = null, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(inference, requests, (request, token) => inference.ClassifyAsync(request, options, token), cancellationToken);

    /// <summary>Tells for each of several requests how likely some answers are.</summary>
    /// <param name="inference">What answers.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="targets">The answers, the same for all.</param>
    /// <param name="cancellationToken">Takes all of them out.</param>
    /// <returns>The scores, in the order of the requests. Where one fails, the call does, and the others are taken out.</returns>
    public static Task<IReadOnlyList<ScoringResult>> ScoreAsync(
        this IPromptInference inference, IReadOnlyList<PromptRequest> requests, IReadOnlyList<string> targets, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(inference, requests, (request, token) => inference.ScoreAsync(request, targets, token), cancellationToken);

    /// <summary>Embeds several texts.</summary>
    /// <param name="inference">What answers.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="cancellationToken">Takes all of them out.</param>
    /// <returns>The embeddings, in the order of the requests. Where one fails, the call does, and the others are taken out.</returns>
    public static Task<IReadOnlyList<EmbeddingResult>> EmbedAsync(
        this IPromptInference inference, IReadOnlyList<PromptRequest> requests, CancellationToken cancellationToken = default) =>
        EachRequest.RunAsync(inference, requests, (request, token) => inference.EmbedAsync(request, token), cancellationToken);
}
