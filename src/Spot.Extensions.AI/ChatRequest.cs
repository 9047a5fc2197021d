using Microsoft.Extensions.AI;

namespace Spot.Extensions.AI;

/// <summary>A request to a chat client as one to a prompt.</summary>
internal sealed record ChatRequest(PromptRequest Prompt, GenerationOptions Options, AnswerChoice? Choice)
{
    public bool IsChoice => Choice is not null;

    public string Answer(string text) => Choice?.Answer(text) ?? text;

    public static ChatRequest Of(IEnumerable<ChatMessage> messages, ChatOptions? options, string? defaultPromptId)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Refuse(options);
        string id = options?.ModelId ?? defaultPromptId ?? throw new ArgumentException("Found no model id, expected that of a prompt. Set ChatOptions.ModelId, or give the client a default.", nameof(options));
        AnswerChoice? choice = AnswerChoice.Of(options?.ResponseFormat);
        bool draws = options?.Temperature > 0;
        GenerationOptions own = new()
        {
            MaxNewTokens = options?.MaxOutputTokens,
            Temperature = options?.Temperature ?? 0,
            TopK = draws ? options!.TopK ?? 0 : 0,
            TopP = draws ? options!.TopP ?? 1 : 1,
            Seed = options?.Seed ?? (draws ? Random.Shared.NextInt64() : 0),
            StopStrings = choice is null ? [.. options?.StopSequences ?? []] : [],
            Choices = choice?.Texts,
        };
        return new ChatRequest(new PromptRequest(Text(messages), id), own, choice);
    }

    private static string Text(IEnumerable<ChatMessage> messages)
    {
        ChatMessage last = messages.LastOrDefault(message => message.Role == ChatRole.User)
            ?? throw new ArgumentException("Found no message of a user, expected one: its text is what the prompt answers.", nameof(messages));
        AIContent? other = last.Contents.FirstOrDefault(content => content is not TextContent);
        return other is null ? last.Text : throw new NotSupportedException($"Found a {other.GetType().Name} in the last message of the user, expected text alone.");
    }

    private static void Refuse(ChatOptions? options)
    {
        (string Option, bool Asked)[] refused =
        [
            (nameof(ChatOptions.Tools), options?.Tools is { Count: > 0 }), (nameof(ChatOptions.FrequencyPenalty), options?.FrequencyPenalty is not (null or 0)),
            (nameof(ChatOptions.PresencePenalty), options?.PresencePenalty is not (null or 0)),
        ];
        foreach ((string option, _) in refused.Where(of => of.Asked))
        {
            throw new NotSupportedException($"Found {option} in the ChatOptions, which a soft prompt does not do. Leave them out.");
        }
    }
}
