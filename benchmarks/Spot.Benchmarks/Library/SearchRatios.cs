using System.Diagnostics;
using System.Numerics.Tensors;
using Spot.Library;
using Spot.Tests.Library;

namespace Spot.Benchmarks.Library;

/// <summary>Search over many keys: against the speed of reading them, and the bounded search against the exact one.</summary>
internal static class SearchRatios
{
    private const int Rounds = 9, Queries = 4, Batch = 32, K = 10;

    public static IEnumerable<RatioLine> Measure(string name, int count, int dim)
    {
        Random random = new(5);
        double[] keys = new double[count * dim];
        for (int row = 0; row < count; row++)
        {
            Fill(random, keys.AsSpan(row * dim, dim));
        }

        using KeyMemory memory = new(keys, dim);
        List<double> shares = [], speeds = [], batches = [];
        for (int round = -1; round < Rounds; round++)
        {
            double[][] queries = [.. Enumerable.Range(0, Queries).Select(_ => Filled(random, dim))];
            ScoredIndex[][] exact = [], bounded = [];
            double read = Seconds(() => _ = Read(keys));
            double scan = Seconds(() => exact = [.. queries.Select(query => KeyScan.Search(keys, dim, query, K, default))]) / Queries;
            double search = Seconds(() => bounded = [.. queries.Select(query => memory.Table.Search([query], K, 0, default)[0])]) / Queries;
            double[][] many = [.. Enumerable.Range(0, Batch / Queries).SelectMany(_ => queries)];
            ScoredIndex[][] together = [];
            double batch = Seconds(() => together = memory.Table.Search(many, K, 0, default)) / Batch;
            if (!exact.Zip(bounded).All(pair => pair.First.SequenceEqual(pair.Second)) || !together.Take(Queries).Zip(exact).All(pair => pair.First.SequenceEqual(pair.Second)))
            {
                throw new InvalidOperationException("The bounded search found something else than the exact one.");
            }

            if (round >= 0) // the first one compiles
            {
                shares.Add(read / scan);
                speeds.Add(scan / search);
                batches.Add(scan / batch);
            }
        }

        yield return new RatioLine(name + ".exact", shares, "of read bandwidth");
        yield return new RatioLine(name + ".bounded", speeds, "times the exact scan's speed");
        yield return new RatioLine(name + ".batch", batches, $"times the exact scan's speed, for each of {Batch} queries together");
    }

    /// <summary>Reads all keys with all threads.</summary>
    public static double Read(double[] keys)
    {
        const int part = 1 << 20;
        double[] sums = new double[(keys.Length + part - 1) / part];
        Parallel.For(0, sums.Length, i => sums[i] = TensorPrimitives.Sum<double>(keys.AsSpan(i * part, Math.Min(part, keys.Length - (i * part)))));
        return sums.Sum();
    }

    private static double[] Filled(Random random, int dim)
    {
        double[] key = new double[dim];
        Fill(random, key);
        return key;
    }

    private static void Fill(Random random, Span<double> key)
    {
        foreach (ref double value in key)
        {
            value = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        TensorPrimitives.Divide(key, TensorPrimitives.Norm<double>(key), key);
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
