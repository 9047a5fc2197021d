using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>An example as ids, cut and closed with end of sequence.</summary>
internal readonly record struct EncodedExample(int[] Input, int[] Target)
{
    public static EncodedExample[] Encode(IEnumerable<TextExample> examples, T5Tokenizer tokenizer, TuningOptions options) =>
        [.. examples.Select(example => new EncodedExample(
            tokenizer.Encode(example.Input, options.MaxInputLength), tokenizer.Encode(example.Target, options.MaxTargetLength)))];
}
