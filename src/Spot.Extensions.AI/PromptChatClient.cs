using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Spot.Extensions.AI;

/// <summary>A prompt, or any prompt of a library, as a chat client of Microsoft.Extensions.AI: the model's id is the prompt's.</summary>
/// <remarks>
/// <para>A T5 behind a soft prompt does one task and remembers nothing: the last message of the user is the text, and neither earlier messages nor instructions
/// are read. <see cref="ChatOptions.MaxOutputTokens"/>, <see cref="ChatOptions.Temperature"/>, <see cref="ChatOptions.TopK"/>, <see cref="ChatOptions.TopP"/>,
/// <see cref="ChatOptions.Seed"/> and <see cref="ChatOptions.StopSequences"/> count; without a temperature the most likely tokens are taken, and with one but no seed
/// every answer is drawn anew. A response format whose JSON schema is a choice among texts, or an object with one such property, allows those texts alone.
/// Tools, other schemas and penalties are refused with <see cref="NotSupportedException"/>.</para>
/// <para>Safe for concurrent calls. It owns nothing: who made the inference disposes it. Errors are those of <see cref="IPromptInference"/>.</para>
/// </remarks>
/// <param name="inference">What answers; the caller keeps it.</param>
/// <param name="defaultPromptId">The prompt of requests that name no model; null where every request names one.</param>
public sealed class PromptChatClient(IPromptInference inference, string? defaultPromptId = null) : IChatClient
{
    private readonly IPromptInference _inference = inference ?? throw new ArgumentNullException(nameof(inference));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No prompt is named, or there is no message of a user with a text.</exception>
    /// <exception cref="NotSupportedException">Something is asked for that a prompt does not do.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatRequest request = ChatRequest.Of(messages, options, defaultPromptId);
        GenerationResult result = await _inference.GenerateAsync(request.Prompt, request.Options, cancellationToken).ConfigureAwait(false);
        GeneratedText text = result.Outputs[0];
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, request.Answer(text.Text)))
        {
            ModelId = request.Prompt.PromptId,
            FinishReason = Reason(text.FinishReason),
            Usage = new UsageDetails { InputTokenCount = result.InputTokens, OutputTokenCount = text.TokenIds.Count, TotalTokenCount = result.InputTokens + text.TokenIds.Count },
            RawRepresentation = result,
        };
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No prompt is named, or there is no message of a user with a text.</exception>
    /// <exception cref="NotSupportedException">Something is asked for that a prompt does not do.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatRequest request = ChatRequest.Of(messages, options, defaultPromptId);
        if (request.IsChoice)
        {
            foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false)).ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        await foreach (GenerationUpdate piece in _inference.GenerateStreamingAsync(request.Prompt, request.Options, cancellationToken).ConfigureAwait(false))
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece.Text)
            {
                ModelId = request.Prompt.PromptId,
                FinishReason = piece.FinishReason is { } reason ? Reason(reason) : null,
                RawRepresentation = piece,
            };
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("spot", defaultModelId: defaultPromptId)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_inference) ? _inference
            : null;
    }

    /// <summary>Does nothing: the inference is its maker's.</summary>
    public void Dispose()
    {
    }

    private static ChatFinishReason Reason(FinishReason reason) => reason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;
}
