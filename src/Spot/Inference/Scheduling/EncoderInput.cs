namespace Spot.Inference;

/// <summary>What the encoder reads for a request.</summary>
/// <param name="Prompt">The prompt, which is held; null for the bare model.</param>
/// <param name="Ids">The text's ids with end of sequence.</param>
/// <param name="CutTokens">The text's tokens that did not fit.</param>
internal sealed record EncoderInput(Shared<DevicePrompt>? Prompt, int[] Ids, int CutTokens)
{
    /// <summary>Identifies the encoder's states.</summary>
    public EncoderKey Key { get; } = EncoderKey.Of(Prompt?.Value.Key, Ids);

    public int PromptLength => Prompt?.Value.Length ?? 0;

    /// <summary>The encoder's positions.</summary>
    public int Length => PromptLength + Ids.Length;
}
