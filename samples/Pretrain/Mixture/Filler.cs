using Spot.Pretraining;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Rows that say nothing about a text, as those of a fresh prompt that are sampled from the vocabulary.</summary>
internal static class Filler
{
    /// <summary>The rows of a composed prompt.</summary>
    public const int Rows = 10;

    /// <summary>Shuffles rows and adds others up to <see cref="Rows"/>, mostly behind them, where those of a fresh prompt are.</summary>
    public static ComposedRow[] Complete(ComposedRow[] rows, Random random)
    {
        ComposedRow[] first = Words.Pick(rows, rows.Length, random);
        string[] words = Words.Pick([.. Words.Common.Except(rows.Select(row => row.Label), StringComparer.Ordinal)], Rows - rows.Length, random);
        ComposedRow[] all = [.. first, .. words.Select(word => new ComposedRow(word))];
        return random.Next(3) == 0 ? Words.Pick(all, all.Length, random) : all;
    }
}
