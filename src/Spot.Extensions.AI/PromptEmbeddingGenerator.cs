using Microsoft.Extensions.AI;

namespace Spot.Extensions.AI;

/// <summary>A prompt, or any prompt of a library, as an embedding generator of Microsoft.Extensions.AI: the model's id is the prompt's.</summary>
/// <remarks>Safe for concurrent calls. It owns nothing: who made the inference disposes it. Errors are those of <see cref="IPromptInference"/>.</remarks>
/// <param name="inference">What embeds; the caller keeps it.</param>
/// <param name="defaultPromptId">The prompt of requests that name no model; null for the bare model.</param>
public sealed class PromptEmbeddingGenerator(IPromptInference inference, string? defaultPromptId = null) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly IPromptInference _inference = inference ?? throw new ArgumentNullException(nameof(inference));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A text is empty, or other dimensions are asked for than the backbone has.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        string? id = options?.ModelId ?? defaultPromptId;
        IReadOnlyList<EmbeddingResult> results = await _inference.EmbedAsync([.. values.Select(value => new PromptRequest(value, id))], cancellationToken).ConfigureAwait(false);
        if (options?.Dimensions is { } asked && results.FirstOrDefault(result => result.Values.Length != asked) is { } found)
        {
            throw new ArgumentException($"Found {asked} Dimensions, expected {found.Values.Length}, the width of the backbone. Leave them out.", nameof(options));
        }

        int read = results.Sum(result => result.InputTokens);
        return new GeneratedEmbeddings<Embedding<float>>(results.Select(result => new Embedding<float>(result.Values) { ModelId = id }))
        {
            Usage = new UsageDetails { InputTokenCount = read, TotalTokenCount = read },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("spot", defaultModelId: defaultPromptId)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_inference) ? _inference
            : null;
    }

    /// <summary>Does nothing: the inference is its maker's.</summary>
    public void Dispose()
    {
    }
}
