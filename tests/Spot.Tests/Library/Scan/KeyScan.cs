using Spot.Library;
using Spot.Similarity;

namespace Spot.Tests.Library;

/// <summary>What the library's search is measured against: compares a query with every key, in one pass over memory by all threads.</summary>
internal static class KeyScan
{
    private const int RowsPerTask = 2048;

    /// <summary>The k best keys: the most similar first, of equal ones the earlier.</summary>
    /// <param name="keys">Rows of <paramref name="dim"/> numbers.</param>
    /// <param name="dim">The keys' width, at least 1.</param>
    /// <param name="query">The query's key.</param>
    /// <param name="k">How many, at least 1.</param>
    /// <param name="cancellationToken">Checked from time to time.</param>
    internal static ScoredIndex[] Search(ReadOnlyMemory<double> keys, int dim, ReadOnlyMemory<double> query, int k, CancellationToken cancellationToken)
    {
        int count = keys.Length / dim;
        ScoredIndex[][] parts = new ScoredIndex[(count + RowsPerTask - 1) / RowsPerTask][];
        Parallel.For(0, parts.Length, new ParallelOptions { CancellationToken = cancellationToken }, task =>
        {
            TopK best = new(k);
            ReadOnlySpan<double> rows = keys.Span, key = query.Span;
            for (int row = task * RowsPerTask; row < Math.Min(count, (task + 1) * RowsPerTask); row++)
            {
                best.Offer(row, PromptKey.Compare(rows.Slice(row * dim, dim), key));
            }

            parts[task] = best.ToArray();
        });

        TopK all = new(k);
        foreach (ScoredIndex found in parts.SelectMany(part => part))
        {
            all.Offer(found.Index, found.Score);
        }

        return all.ToArray();
    }
}
