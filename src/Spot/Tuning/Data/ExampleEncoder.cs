using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>Turns a task's examples into ids, as the task's objective asks.</summary>
/// <param name="objective">What is asked.</param>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="maxInputLength">Inputs are cut to this many tokens.</param>
/// <param name="maxTargetLength">Targets are cut to this many tokens.</param>
internal sealed class ExampleEncoder(TextObjective objective, T5Tokenizer tokenizer, int maxInputLength, int maxTargetLength)
{
    private readonly int[] _sentinels = [.. Enumerable.Range(0, T5Tokenizer.SentinelCount).Select(tokenizer.SentinelId)];

    /// <summary>Encodes an example.</summary>
    /// <param name="example">The example; of raw text the input is the document.</param>
    /// <param name="random">Decides what is asked of raw text.</param>
    /// <returns>Null for a document of fewer than two tokens, of which nothing can be asked.</returns>
    public EncodedExample? Encode(TextExample example, SplitMix64 random)
    {
        (int input, int target, int eos) = (maxInputLength, maxTargetLength, tokenizer.EosId);
        if (objective == TextObjective.TextToText)
        {
            return new EncodedExample(tokenizer.Encode(example.Input, input), tokenizer.Encode(example.Target, target), Rows: example.PromptRows is null ? null : RowMix.Of(example.PromptRows, tokenizer));
        }

        bool spans = objective == TextObjective.SpanCorruption;
        int window = spans ? SpanCorruption.Window(input, _sentinels.Length) : PrefixLanguageModel.Window(input);
        int[] document = DocumentTokens.Draw(example.Input, window, tokenizer, ref random);
        return document.Length < 2 ? null
            : spans ? SpanCorruption.Make(document, input, target, _sentinels, eos, ref random)
            : PrefixLanguageModel.Make(document, input, target, eos, ref random);
    }
}
