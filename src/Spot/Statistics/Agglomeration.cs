namespace Spot.Statistics;

/// <summary>The merging of <see cref="Dendrogram"/>, by the formulas of Lance and Williams.</summary>
internal static class Agglomeration
{
    internal static ClusterMerge[] Run(ReadOnlySpan<double> distances, int count, Linkage linkage)
    {
        // A new cluster takes the row of its first part, so the rows in use are not in the order of their ids.
        double[,] table = Square(distances, count);
        int[] ids = [.. Enumerable.Range(0, count)];
        int[] sizes = [.. Enumerable.Repeat(1, count)];
        List<int> rows = [.. Enumerable.Range(0, count)];
        ClusterMerge[] merges = new ClusterMerge[count - 1];
        for (int step = 0; step < merges.Length; step++)
        {
            (int x, int y) = Closest(table, rows, ids);
            double height = table[x, y];
            merges[step] = new ClusterMerge(Math.Min(ids[x], ids[y]), Math.Max(ids[x], ids[y]), height, sizes[x] + sizes[y]);
            rows.Remove(y);
            foreach (int k in rows)
            {
                if (k != x)
                {
                    table[x, k] = table[k, x] = Update(linkage, table[x, k], table[y, k], height, sizes[x], sizes[y], sizes[k]);
                }
            }

            ids[x] = count + step;
            sizes[x] += sizes[y];
        }

        return merges;
    }

    private static double[,] Square(ReadOnlySpan<double> distances, int count)
    {
        double[,] table = new double[count, count];
        for (int i = 0, at = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                table[i, j] = table[j, i] = distances[at++];
            }
        }

        return table;
    }

    private static (int X, int Y) Closest(double[,] table, List<int> rows, int[] ids)
    {
        (double Distance, int Low, int High) best = (double.PositiveInfinity, 0, 0);
        (int X, int Y) pair = default;
        for (int i = 0; i < rows.Count; i++)
        {
            for (int j = i + 1; j < rows.Count; j++)
            {
                (int x, int y) = (rows[i], rows[j]);
                (double, int, int) found = (table[x, y], Math.Min(ids[x], ids[y]), Math.Max(ids[x], ids[y]));
                if (found.CompareTo(best) < 0)
                {
                    best = found;
                    pair = (x, y);
                }
            }
        }

        return pair;
    }

    /// <summary>The distance of cluster k to the one that x and y became.</summary>
    private static double Update(Linkage linkage, double xk, double yk, double xy, double sizeX, double sizeY, double sizeK) => linkage switch
    {
        Linkage.Average => ((sizeX * xk) + (sizeY * yk)) / (sizeX + sizeY),
        Linkage.Complete => Math.Max(xk, yk),
        Linkage.Single => Math.Min(xk, yk),
        _ => Math.Sqrt(Math.Max(0, (((sizeX + sizeK) * xk * xk) + ((sizeY + sizeK) * yk * yk) - (sizeK * xy * xy)) / (sizeX + sizeY + sizeK))),
    };
}
