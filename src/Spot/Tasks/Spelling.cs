namespace Spot.Tasks;

/// <summary>How near names are to each other.</summary>
internal static class Spelling
{
    /// <summary>Known names, the nearest to one first; of equally near ones in ordinal order.</summary>
    public static IOrderedEnumerable<string> Nearest(string name, IEnumerable<string> known) =>
        known.OrderBy(other => Distance(name, other)).ThenBy(other => other, StringComparer.Ordinal);

    /// <summary>How many letters must be changed, put in, left out or exchanged with their neighbour (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1], last = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
