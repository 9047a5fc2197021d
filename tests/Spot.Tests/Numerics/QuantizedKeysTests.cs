using Spot.Numerics;

namespace Spot.Tests.Numerics;

/// <summary>The search over 8-bit copies against comparing every key, on keys that are hard to tell apart.</summary>
public class QuantizedKeysTests
{
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

        QuantizedKeys copy = new(keys, dim);
        for (int i = 0; i < 8; i++)
        {
            double[] query = new double[dim];
            Fill(kind, random, centre, query, i);
            foreach (int k in new[] { 1, 10, 100, count })
            {
                ScoredIndex[] expected = KeyScan.Search(keys, dim, query, k, TestContext.Current.CancellationToken);
                Assert.Equal(expected, copy.Search(keys, query, k, TestContext.Current.CancellationToken));
            }
        }
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
