using System.Globalization;

namespace Spot.Studies;

/// <summary>A part of a study's work: which of how many.</summary>
/// <param name="Index">1 … <paramref name="Count"/>.</param>
/// <param name="Count">The number of parts, at least 1.</param>
/// <remarks>
/// The parts are the same whenever and wherever they are asked for. A source prompt and all transfers from it are in one part, so that parts wait for each
/// other only before averages and mixtures.
/// </remarks>
public readonly record struct StudyShard(int Index, int Count)
{
    /// <summary>All of the work.</summary>
    public static StudyShard All => new(1, 1);

    /// <summary>Reads <c>i/n</c>.</summary>
    /// <param name="text">For example <c>2/4</c>.</param>
    /// <returns>The part.</returns>
    /// <exception cref="FormatException">The text is not of that form, or i is not from 1 to n.</exception>
    public static StudyShard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && index >= 1 && index <= count
            ? new StudyShard(index, count)
            : throw new FormatException($"Found the shard '{text}', expected i/n with i from 1 to n, for example 2/4.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");

    /// <summary>Whether a piece of work is in this part.</summary>
    internal bool Has(int piece) => piece % Count == Index - 1;
}
