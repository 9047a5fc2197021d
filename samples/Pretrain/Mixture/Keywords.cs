using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>The words that tell the classes of a data set apart.</summary>
internal static partial class Keywords
{
    private const int Most = 30;
    private static readonly double LeastRatio = Math.Log(1.4);

    /// <summary>For each class the words whose share of its text most exceeds that of all texts, weighted by how many of its texts have them.</summary>
    /// <param name="rows">Texts and class keys.</param>
    public static Dictionary<string, string[]> Of(IEnumerable<Labelled> rows)
    {
        Dictionary<string, Dictionary<string, int>> ofClass = new(StringComparer.Ordinal);
        Dictionary<string, int> all = new(StringComparer.Ordinal), totals = new(StringComparer.Ordinal);
        foreach (Labelled row in rows)
        {
            Dictionary<string, int> counts = ofClass.TryGetValue(row.Label, out var found) ? found : ofClass[row.Label] = new(StringComparer.Ordinal);
            foreach (string word in Word().Matches(row.Text).Select(match => match.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal))
            {
                counts[word] = counts.GetValueOrDefault(word) + 1;
                all[word] = all.GetValueOrDefault(word) + 1;
                totals[row.Label] = totals.GetValueOrDefault(row.Label) + 1;
            }
        }

        double sum = totals.Values.Sum();
        return ofClass.ToDictionary(
            pair => pair.Key,
            pair => (string[])[.. pair.Value.Where(word => word.Value > 1)
                .Select(word => (word.Key, word.Value, Ratio: Math.Log(word.Value / (double)totals[pair.Key] / (all[word.Key] / sum))))
                .Where(word => word.Ratio > LeastRatio).OrderByDescending(word => word.Value * word.Ratio).ThenBy(word => word.Key, StringComparer.Ordinal).Take(Most).Select(word => word.Key)],
            StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Word();
}
