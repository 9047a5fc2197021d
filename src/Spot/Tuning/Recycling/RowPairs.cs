using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Rows of two backbones that belong together.</summary>
/// <param name="Source">// [count, source width], row by row</param>
/// <param name="Target">// [count, target width], row by row</param>
/// <param name="Count">How many pairs.</param>
/// <param name="SourceFingerprint">Of the one backbone.</param>
/// <param name="TargetFingerprint">Of the other.</param>
internal sealed record RowPairs(float[] Source, float[] Target, int Count, string SourceFingerprint, string TargetFingerprint)
{
    public int SourceDim => Source.Length / Count;

    public int TargetDim => Target.Length / Count;

    /// <summary>The rows of prompts.</summary>
    /// <exception cref="ArgumentException">Too few rows, or prompts of different lengths.</exception>
    /// <exception cref="SpotException">Prompts of several backbones.</exception>
    public static RowPairs Of((SoftPrompt Source, SoftPrompt Target)[] pairs, T5Backbone target)
    {
        foreach ((SoftPrompt one, SoftPrompt other) in pairs)
        {
            ArgumentNullException.ThrowIfNull(one);
            ArgumentNullException.ThrowIfNull(other);
            target.CheckPrompt(other);
            if (one.BackboneFingerprint != pairs[0].Source.BackboneFingerprint || one.Dim != pairs[0].Source.Dim)
            {
                throw new SpotException(
                    $"Found prompts of the backbones '{pairs[0].Source.BackboneFingerprint}' and '{one.BackboneFingerprint}' to move from, expected one. Fit a map for each backbone.");
            }

            if (one.Length != other.Length)
            {
                throw new ArgumentException(
                    $"Found a pair of prompts of {one.Length} and {other.Length} rows, expected as many: a row is fitted to the row at its place. Tune both with one PromptLength.", nameof(pairs));
            }
        }

        int rows = pairs.Sum(pair => pair.Source.Length);
        return rows >= 2
            ? new RowPairs(
                [.. pairs.SelectMany(pair => pair.Source.Values.ToArray())], [.. pairs.SelectMany(pair => pair.Target.Values.ToArray())], rows,
                pairs[0].Source.BackboneFingerprint, target.Fingerprint)
            : throw new ArgumentException($"Found {rows} pairs of rows, expected at least 2: give prompts of tasks that both backbones know.", nameof(pairs));
    }

    /// <summary>The share of the target rows' variance that a map leaves.</summary>
    public double Unexplained(Func<float[], float[]> map)
    {
        (int from, int to) = (SourceDim, TargetDim);
        double[] mean = new double[to];
        for (int i = 0; i < Target.Length; i++)
        {
            mean[i % to] += Target[i] / (double)Count;
        }

        double left = 0, all = 0;
        for (int row = 0; row < Count; row++)
        {
            float[] mapped = map(Source.AsSpan(row * from, from).ToArray());
            for (int i = 0; i < to; i++)
            {
                double wanted = Target[(row * to) + i];
                left += Math.Pow(wanted - mapped[i], 2);
                all += Math.Pow(wanted - mean[i], 2);
            }
        }

        return all > 0 ? left / all : 0;
    }
}
