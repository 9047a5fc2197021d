namespace Spot.Tasks;

/// <summary>What <see cref="DataReport"/> says of one split.</summary>
/// <param name="Name"><c>train</c>, <c>validation</c> or <c>test</c>.</param>
/// <param name="Rows">The number of examples.</param>
/// <param name="Labels">How often each label is the target, in the labels' order; empty for free-form targets.</param>
/// <param name="Inputs">Lengths of the inputs in tokens, end of sequence included.</param>
/// <param name="Targets">Lengths of the targets.</param>
/// <param name="Unknown">The share of input and target tokens that the vocabulary does not know, 0 … 1.</param>
/// <param name="Duplicates">Examples whose input stands earlier in the same split.</param>
/// <param name="Contradictions">Examples whose input stands earlier in the same split with another target.</param>
public sealed record SplitReport(
    string Name,
    int Rows,
    IReadOnlyList<KeyValuePair<string, int>> Labels,
    TokenLengths Inputs,
    TokenLengths Targets,
    double Unknown,
    int Duplicates,
    int Contradictions);

/// <summary>How long texts are, in tokens.</summary>
/// <param name="Median">The median.</param>
/// <param name="P90">90 % are at most this long.</param>
/// <param name="P99">99 % are at most this long.</param>
/// <param name="Longest">The longest.</param>
/// <param name="Truncated">The share that is cut, 0 … 1.</param>
public sealed record TokenLengths(int Median, int P90, int P99, int Longest, double Truncated)
{
    internal static TokenLengths Of(int[] lengths, int most)
    {
        int[] sorted = [.. lengths.Order()];
        return sorted.Length == 0
            ? new TokenLengths(0, 0, 0, 0, 0)
            : new TokenLengths(At(0.5), At(0.9), At(0.99), sorted[^1], (double)sorted.Count(length => length > most) / sorted.Length);

        int At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
