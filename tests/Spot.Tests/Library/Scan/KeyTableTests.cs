using Spot.Library;

namespace Spot.Tests.Library;

/// <summary>The search over 8-bit copies against comparing every key, on keys that are hard to tell apart.</summary>
public class KeyTableTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, int> Sets() => new()
    {
        { "random", 5000, 768 },
        { "random", 9000, 17 },
        { "cluster", 5000, 96 },
        { "equal", 4200, 64 },
        { "constant", 4200, 768 },
        { "outlier", 5000, 100 },
        { "zero", 4200, 33 },
        { "long", 4200, 130 },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Finds_what_comparing_every_key_finds(string kind, int count, int dim)
    {
        Random random = new(11);
        double[] keys = new double[count * dim];
        double[] centre = [.. Enumerable.Range(0, dim).Select(_ => Normal(random))];
        for (int row = 0; row < count; row++)
        {
            Fill(kind, random, centre, keys.AsSpan(row * dim, dim), row);
        }

        using KeyMemory memory = new(keys, dim);
        double[][] queries = new double[7][]; // four together, and three one by one
        for (int i = 0; i < queries.Length; i++)
        {
            queries[i] = new double[dim];
            Fill(kind, random, centre, queries[i], i);
        }

        foreach (int k in new[] { 1, 10, 100, count })
        {
            ScoredIndex[][] expected = [.. queries.Select(query => KeyScan.Search(keys, dim, query, k, Token))];
            Assert.Equal(expected, memory.Table.Search(queries, k, 0, Token));
            Assert.Equal(expected[0], memory.Table.Search(queries[..1], k, 0, Token)[0]);
        }
    }

    [Fact]
    public void Other_tags_and_dead_rows_are_not_found_and_ties_have_an_order()
    {
        const int count = 9000, dim = 5;
        double[] keys = new double[count * dim];
        for (int row = 0; row < count; row++)
        {
            keys[(row * dim) + (row % 3)] = 1; // three scores, each many times
        }

        ulong[] dead = new ulong[(count + 63) / 64];
        foreach (int row in Enumerable.Range(0, count).Where(row => row % 5 == 0))
        {
            dead[row / 64] |= 1UL << (row % 64);
        }

        using KeyMemory memory = new(keys, dim, row => row % 2, dead, (x, y) => y.CompareTo(x));
        double[] query = [0.5, -0.25, 1, 0, 0];
        foreach (int k in new[] { 1, 100, 2000, count })
        {
            IEnumerable<ScoredIndex> expected = Enumerable.Range(0, count)
                .Where(row => row % 2 == 1 && row % 5 != 0)
                .Select(row => new ScoredIndex(row, query[row % 3]))
                .OrderByDescending(found => found.Score).ThenByDescending(found => found.Index).Take(k);
            Assert.Equal(expected, memory.Table.Search([query], k, 1, Token)[0]);
        }

        Assert.Empty(memory.Table.Search([query], 3, 2, Token)[0]);
    }

    private static void Fill(string kind, Random random, double[] centre, Span<double> key, int row)
    {
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = kind switch
            {
                "cluster" => centre[i] + (1e-7 * Normal(random)),
                "equal" => centre[i],
                "constant" => random.Next(2) == 0 ? 1 : 1 - 1e-12, // the largest possible sum of codes
                "outlier" => (i == row % key.Length ? 1e4 : 1) * Normal(random),
                "zero" => row % 2 == 0 ? 0 : Normal(random),
                _ => Normal(random),
            };
        }

        double norm = Math.Sqrt(key.ToArray().Sum(value => value * value));
        for (int i = 0; i < key.Length && norm > 0; i++)
        {
            key[i] /= kind == "long" ? norm * (1 + random.NextDouble()) : norm;
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
