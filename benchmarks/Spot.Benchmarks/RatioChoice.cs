namespace Spot.Benchmarks;

/// <summary>Which lines of the <c>ratios</c> command are wanted: those whose names begin with one of the arguments, or all without arguments.</summary>
internal static class RatioChoice
{
    /// <summary>The figures that must be measured for the wanted lines, in their order.</summary>
    /// <param name="figures">All figures. A figure's lines have its name, or begin with it and a dot.</param>
    /// <param name="prefixes">The arguments.</param>
    /// <exception cref="ArgumentException">No figure can have a line of an argument; the message lists the figures.</exception>
    public static IReadOnlyList<string> Figures(IReadOnlyCollection<string> figures, IReadOnlyList<string> prefixes)
    {
        string[] unknown = [.. prefixes.Where(prefix => !Of(figures, prefix).Any())];
        return unknown.Length > 0
            ? throw new ArgumentException($"No line begins with {string.Join(" or ", unknown.Select(prefix => $"'{prefix}'"))}; the figures are {string.Join(", ", figures)}.")
            : [.. figures.Where(figure => prefixes.Count == 0 || prefixes.Any(prefix => Of(figures, prefix).Contains(figure)))];
    }

    /// <summary>Whether a line is wanted.</summary>
    public static bool Shows(string line, IReadOnlyList<string> prefixes) =>
        prefixes.Count == 0 || prefixes.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal));

    // A longer prefix than every figure's name is that of lines of the figure with the longest name in front of it.
    private static IEnumerable<string> Of(IReadOnlyCollection<string> figures, string prefix)
    {
        string[] begun = [.. figures.Where(figure => figure.StartsWith(prefix, StringComparison.Ordinal))];
        return begun.Length > 0
            ? begun
            : figures.Where(figure => prefix.StartsWith(figure + '.', StringComparison.Ordinal)).OrderByDescending(figure => figure.Length).Take(1);
    }
}
