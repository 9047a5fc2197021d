using Spot.Tokenization;

namespace Spot.Tasks;

/// <summary>Reads the examples of a split for <see cref="DataReport"/>.</summary>
internal static class SplitReader
{
    public static SplitReport Read(
        string name, IReadOnlyList<TextExample> examples, IReadOnlyList<string> labels, T5Tokenizer tokenizer, TrainingOptions options, CancellationToken cancellationToken)
    {
        int[] inputs = new int[examples.Count], targets = new int[examples.Count];
        long tokens = 0, unknown = 0;
        for (int i = 0; i < examples.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            inputs[i] = Count(examples[i].Input);
            targets[i] = Count(examples[i].Target);
        }

        Dictionary<string, string> seen = new(StringComparer.Ordinal);
        int duplicates = 0, contradictions = 0;
        foreach (TextExample example in examples)
        {
            if (!seen.TryAdd(example.Input, example.Target))
            {
                duplicates++;
                contradictions += seen[example.Input] == example.Target ? 0 : 1;
            }
        }

        return new SplitReport(
            name,
            examples.Count,
            [.. labels.Select(label => KeyValuePair.Create(label, examples.Count(example => example.Target == label)))],
            TokenLengths.Of(inputs, options.MaxInputLength),
            TokenLengths.Of(targets, options.MaxTargetLength),
            tokens == 0 ? 0 : (double)unknown / tokens,
            duplicates,
            contradictions);

        int Count(string text)
        {
            int[] ids = tokenizer.Encode(text, int.MaxValue);
            tokens += ids.Length;
            unknown += ids.Count(id => id == tokenizer.UnknownId);
            return ids.Length;
        }
    }
}
