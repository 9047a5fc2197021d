using System.Globalization;

namespace Spot.Tasks;

/// <summary>Rows of a target's evaluation split whose text a source task trains on.</summary>
/// <param name="Source">The task whose training rows hold the text.</param>
/// <param name="Target">The task that is judged by it.</param>
/// <param name="Split"><c>validation</c> or <c>test</c> of the target.</param>
/// <param name="Rows">How many rows of the split are concerned.</param>
/// <param name="Of">How many rows the split has.</param>
/// <param name="First">The first of them, counted from 0, at most <see cref="MaxRows"/>.</param>
public sealed record TaskLeak(string Source, string Target, string Split, int Rows, int Of, IReadOnlyList<int> First)
{
    /// <summary>How many rows are listed.</summary>
    public const int MaxRows = 10;

    /// <summary>The share of the split, 0 … 1.</summary>
    public double Share => (double)Rows / Of;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Source} → {Target}: {Rows} of {Of} {Split} rows ({100 * Share:F1} %) hold a text of {Source}'s training rows");
}
