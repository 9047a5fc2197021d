using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Spot.AspNetCore;

/// <summary>What every request about texts says.</summary>
internal abstract record TextBody
{
    /// <summary>The longest deadline, in seconds.</summary>
    private protected const double Day = 86400;

    [Description("The text; or texts.")]
    public string? Text { get; set; }

    [Description("Several texts, answered in their order; or text.")]
    public IReadOnlyList<string>? Texts { get; set; }

    [Description("A text is cut to this many tokens; without it, to the length that the prompt was tuned with.")]
    [Range(1, int.MaxValue)]
    public int? MaxInputTokens { get; set; }

    [Description("After this time the request ends with 504; no longer than the server allows.")]
    [Range(0.001, Day)]
    public double? TimeoutSeconds { get; set; }

    /// <summary>The requests to the model.</summary>
    /// <exception cref="FieldException">There is no text, or there are too many.</exception>
    public PromptRequest[] Requests(string promptId, ServingOptions options)
    {
        if ((Text is null) == (Texts is null))
        {
            throw new FieldException("text", "Found both text and texts, or neither; expected one of them.");
        }

        IReadOnlyList<string> texts = Texts ?? [Text!];
        RequestTexts.Check(texts, Texts is null ? "text" : "texts", options.MaxTexts);
        TimeSpan timeout = TimeoutSeconds is { } seconds && TimeSpan.FromSeconds(seconds) < options.Timeout ? TimeSpan.FromSeconds(seconds) : options.Timeout;
        return [.. texts.Select(text => new PromptRequest(text, promptId) { MaxInputTokens = MaxInputTokens, Timeout = timeout, Labels = OwnLabels })];
    }

    /// <summary>The labels to choose among; null for the prompt's.</summary>
    private protected virtual IReadOnlyList<string>? OwnLabels => null;
}
