using System.Globalization;
using System.Text.RegularExpressions;

namespace Spot.Tests.Library;

/// <summary>Builds the keys of retrieval.json from their description.</summary>
internal static partial class RetrievalRecipe
{
    /// <summary>The keys in units, row by row.</summary>
    internal static int[] Keys(string recipe, int n, int d)
    {
        Match name = Name().Match(recipe);
        string stream = name.Groups[1].Value;
        int Number(string pattern)
        {
            Match match = Regex.Match(recipe, pattern);
            return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : throw new FormatException(recipe);
        }

        Func<int, int, int> element;
        if (recipe.StartsWith("units(", StringComparison.Ordinal))
        {
            int[] all = NumberStream.Units(stream, n * d);
            element = (i, j) => all[(i * d) + j];
        }
        else if (recipe.Contains("each divided by 2", StringComparison.Ordinal))
        {
            int[] row = NumberStream.Units(stream, d);
            if (recipe.Contains("noise", StringComparison.Ordinal))
            {
                int[] noise = NumberStream.Top24(stream + "/noise", n * d);
                int shift = Number(@">> (\d+)\)");
                int less = Number(@"\) - (\d+) units");
                element = (i, j) => (row[j] >> 1) + (noise[(i * d) + j] >> shift) - less;
            }
            else
            {
                int factor = Number(@"\(\((\d+) i\) mod");
                int modulus = Number(@" i\) mod (\d+)\)");
                int place = Number(@"in element (\d+)");
                element = (i, j) => (row[j] >> 1) + (j == place ? factor * i % modulus : 0);
            }
        }
        else if (recipe.Contains("top24", StringComparison.Ordinal))
        {
            int[] all = NumberStream.Top24(stream, n * d);
            int shift = Number(@">> (\d+)\)");
            int less = Number(@"\) - (\d+) units");
            element = (i, j) => j == i % d ? (1 << 23) - 1 : (all[(i * d) + j] >> shift) - less;
        }
        else
        {
            element = Rearranged(recipe, stream, d, Number);
        }

        int[] keys = new int[n * d];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < d; j++)
            {
                keys[(i * d) + j] = element(i, j);
            }
        }

        return keys;
    }

    /// <summary>A query in units.</summary>
    internal static int[] Query(string recipe, int[] keys, int d) =>
        Name().Match(recipe) is { Success: true } name ? NumberStream.Units(name.Groups[1].Value, d)
        : recipe == "zeros" ? new int[d]
        : Row().Match(recipe) is { Success: true } row ? keys.AsSpan(int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture) * d, d).ToArray()
        : throw new FormatException(recipe);

    private static Func<int, int, int> Rearranged(string recipe, string stream, int d, Func<string, int> number)
    {
        int rows = number(@", (\d+) x \d+\)");
        int[] all = NumberStream.Units(stream, rows * d);
        int Source(int i, int j) => all[(i * d) + j];
        if (recipe.Contains(">> 3, arithmetic", StringComparison.Ordinal))
        {
            return (i, j) => (Source(i % rows, j) >> 3) << (i / rows % 3);
        }

        if (recipe.StartsWith("row i = row (i mod ", StringComparison.Ordinal))
        {
            return (i, j) => Source(i % rows, j);
        }

        if (recipe.Contains(" times row 0 of", StringComparison.Ordinal))
        {
            return (_, j) => Source(0, j);
        }

        if (recipe.Contains("negated for odd i", StringComparison.Ordinal))
        {
            return (i, j) => i % 2 == 0 ? Source(0, j) : -Source(0, j);
        }

        Match zeros = Regex.Match(recipe, @"rows (\d+) and (\d+) set to zero");
        return zeros.Success
            ? (i, j) => zeros.Groups.Values.Skip(1).Any(zero => zero.Value == i.ToString(CultureInfo.InvariantCulture)) ? 0 : Source(i, j)
            : throw new FormatException(recipe);
    }

    [GeneratedRegex(@"(?:units|top24)\('([^']+)'")]
    private static partial Regex Name();

    [GeneratedRegex(@"^row (\d+)$")]
    private static partial Regex Row();
}
