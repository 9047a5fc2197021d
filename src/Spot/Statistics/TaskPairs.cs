namespace Spot.Statistics;

/// <summary>
/// Two numbers for every pair of a source task and a target task, with one or several runs of each source: how strongly the numbers go together, and
/// what that is worth where pairs that share a task are not independent.
/// </summary>
/// <param name="sources">The sources' names.</param>
/// <param name="targets">The targets' names; one that is a source too is the same task.</param>
/// <param name="x">One number of every run. // [source · runs + run][target]</param>
/// <param name="y">The other one; a pair without either does not count.</param>
internal sealed class TaskPairs(string[] sources, string[] targets, double[][] x, double[][] y)
{
    private const int Permutations = 1_999, Resamples = 2_000;

    private readonly int _runs = x.Length / sources.Length;

    /// <summary>The points that count.</summary>
    public int Count => Points([.. Enumerable.Range(0, sources.Length)], [.. Enumerable.Range(0, targets.Length)]).X.Length;

    /// <summary>A coefficient of all points.</summary>
    public double Of(Coefficient coefficient)
    {
        (double[] xs, double[] ys) = Points([.. Enumerable.Range(0, sources.Length)], [.. Enumerable.Range(0, targets.Length)]);
        return coefficient(xs, ys);
    }

    /// <summary>
    /// The two-sided p-value by Mantel's test: how often a coefficient is at least as far from 0 when the tasks of <c>x</c> are exchanged at random. Tasks
    /// that are source and target keep being the same task, and a task's runs stay together.
    /// </summary>
    /// <returns>At least 1/2000; NaN where the coefficient is.</returns>
    public double PValue(Coefficient coefficient)
    {
        double found = Math.Abs(Of(coefficient));
        if (double.IsNaN(found))
        {
            return double.NaN;
        }

        string[] both = [.. sources.Intersect(targets)];
        string[][] groups = [both, [.. sources.Except(both)], [.. targets.Except(both)]];
        SplitMix64 random = SplitMix64.For("Mantel's test", 0);
        int asFar = 1; // the tasks as they are
        for (int i = 0; i < Permutations; i++)
        {
            Dictionary<string, string> exchanged = Shuffled(groups, ref random);
            (double[] xs, double[] ys) = Points(
                [.. sources.Select(task => Array.IndexOf(sources, exchanged[task]))], [.. targets.Select(task => Array.IndexOf(targets, exchanged[task]))]);
            asFar += Math.Abs(coefficient(xs, ys)) >= found - 1e-12 ? 1 : 0;
        }

        return asFar / (Permutations + 1.0);
    }

    /// <summary>The interval of a coefficient, by drawing source tasks and target tasks with replacement: whole clusters, not single points.</summary>
    public ConfidenceInterval Interval(Coefficient coefficient)
    {
        return TwoWayBootstrap.Of(sources.Length, targets.Length, Drawn, Resamples);

        double Drawn(int[] rows, int[] columns)
        {
            List<double> xs = [], ys = [];
            for (int row = 0; row < x.Length; row++)
            {
                for (int column = 0; column < targets.Length; column++)
                {
                    if (!double.IsNaN(x[row][column]) && !double.IsNaN(y[row][column]))
                    {
                        int times = rows[row / _runs] * columns[column];
                        xs.AddRange(Enumerable.Repeat(x[row][column], times));
                        ys.AddRange(Enumerable.Repeat(y[row][column], times));
                    }
                }
            }

            return coefficient([.. xs], [.. ys]);
        }
    }

    // x of the tasks at these places with y of the tasks as they are.
    private (double[] X, double[] Y) Points(int[] rows, int[] columns)
    {
        List<double> xs = [], ys = [];
        for (int row = 0; row < y.Length; row++)
        {
            double[] others = x[(rows[row / _runs] * _runs) + (row % _runs)];
            for (int column = 0; column < targets.Length; column++)
            {
                if (!double.IsNaN(others[columns[column]]) && !double.IsNaN(y[row][column]))
                {
                    xs.Add(others[columns[column]]);
                    ys.Add(y[row][column]);
                }
            }
        }

        return ([.. xs], [.. ys]);
    }

    private static Dictionary<string, string> Shuffled(string[][] groups, ref SplitMix64 random)
    {
        Dictionary<string, string> exchanged = [];
        foreach (string[] group in groups)
        {
            int[] order = [.. Enumerable.Range(0, group.Length)];
            random.Shuffle(order);
            foreach ((int i, string task) in group.Index())
            {
                exchanged[task] = group[order[i]];
            }
        }

        return exchanged;
    }

    /// <summary>A coefficient of points.</summary>
    public delegate double Coefficient(ReadOnlySpan<double> x, ReadOnlySpan<double> y);
}
