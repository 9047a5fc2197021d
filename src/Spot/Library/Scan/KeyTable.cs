using System.Runtime.CompilerServices;
using Spot.Similarity;

namespace Spot.Library;

/// <summary>
/// Keys with copies of them in 8 bits that tell which can be among the best: an eighth of the memory to read, and the same answer as
/// comparing them all.
/// </summary>
/// <remarks>
/// With x̂ the copy of a key x and q̂ that of the query, |q·x − q̂·x̂| ≤ |q| |x − x̂| + |q − q̂| |x̂| (Cauchy–Schwarz). |x − x̂| and |x̂| are
/// computed in double and rounded up, so the bound holds for every input. A key is kept while its upper bound reaches the k-th largest lower
/// bound; those that are left are compared in double. Several queries go over each few rows together, so that memory is read once for all.
/// The memory is its maker's and must stay where it is. Immutable; safe for concurrent calls.
/// </remarks>
/// <param name="count">The number of keys.</param>
/// <param name="dim">Their width, at least 1.</param>
/// <param name="codes">Rows of <see cref="KeyCodes.Padded"/> codes.</param>
/// <param name="bounds">A bound for each row.</param>
/// <param name="keys">Rows of <paramref name="dim"/> numbers.</param>
internal sealed unsafe class KeyTable(int count, int dim, sbyte* codes, KeyBound* bounds, double* keys)
{
    /// <summary>Rows are scanned in parts that begin at multiples of this.</summary>
    internal const int RowsPerTask = 4096;

    private const int RowsTogether = 64;

    private readonly int _padded = KeyCodes.Padded(dim);

    /// <summary>A bit for every row that is not to be found; null for none.</summary>
    internal ulong[]? Tombstones { get; init; }

    /// <summary>Orders the rows of equal scores; null for the order of the rows.</summary>
    internal Comparison<int>? Ties { get; init; }

    /// <summary>Checks what is read; null to believe it.</summary>
    internal IKeyGuard? Guard { get; init; }

    /// <summary>The key of a row.</summary>
    internal ReadOnlySpan<double> Key(int row) => new(keys + ((nint)row * dim), dim);

    /// <summary>The k best keys for each query; what comparing every key with <see cref="PromptKey.Compare"/> gives.</summary>
    /// <param name="queries">The queries' keys.</param>
    /// <param name="k">How many, at least 1.</param>
    /// <param name="tag">The tag of the keys to compare.</param>
    /// <param name="cancellationToken">Checked from time to time.</param>
    /// <returns>By query: the most similar first, of equal ones as <see cref="Ties"/> says.</returns>
    internal ScoredIndex[][] Search(IReadOnlyList<double[]> queries, int k, int tag, CancellationToken cancellationToken)
    {
        QuantizedQuery[] quantized = [.. queries.Select(query => new QuantizedQuery(query, _padded))];
        int tasks = (count + RowsPerTask - 1) / RowsPerTask;
        Candidates[][] parts = new Candidates[tasks][]; // by task, then by query
        ParallelOptions options = new() { CancellationToken = cancellationToken };
        Parallel.For(0, tasks, options, task => parts[task] = Scan(quantized, task * RowsPerTask, Math.Min(count, (task + 1) * RowsPerTask), k, tag));
        ScoredIndex[][] found = new ScoredIndex[queries.Count][];
        Parallel.For(0, found.Length, options, query => found[query] = Rank(queries[query], [.. parts.Select(part => part[query])], k));
        return found;
    }

    private ScoredIndex[] Rank(double[] query, Candidates[] parts, int k)
    {
        LowerBounds all = new(k);
        foreach (Candidates part in parts)
        {
            all.Add(part.Lower);
        }

        TopK best = new(k, Ties);
        foreach ((int row, double upper) in parts.SelectMany(part => part.Rows))
        {
            if (upper >= all.Least)
            {
                Guard?.CheckKey(row);
                best.Offer(row, PromptKey.Compare(Key(row), query));
            }
        }

        return best.ToArray();
    }

    private Candidates[] Scan(QuantizedQuery[] queries, int first, int end, int k, int tag)
    {
        Guard?.CheckCodes(first, end);
        Candidates[] found = [.. queries.Select(_ => new Candidates(k))];
        for (int block = first; block < end; block += RowsTogether)
        {
            int blockEnd = Math.Min(end, block + RowsTogether);
            int query = 0;
            for (; query <= queries.Length - IntegerDot.Together; query += IntegerDot.Together)
            {
                ScanTogether(queries.AsSpan(query, IntegerDot.Together), found.AsSpan(query, IntegerDot.Together), block, blockEnd, tag);
            }

            for (; query < queries.Length; query++)
            {
                ScanOne(queries[query], found[query], block, blockEnd, tag);
            }
        }

        return found;
    }

    private void ScanOne(QuantizedQuery query, Candidates found, int first, int end, int tag)
    {
        ReadOnlySpan<short> weights = query.Weights;
        for (int row = first; row < end; row++)
        {
            if (IsWanted(row, tag))
            {
                Offer(query, found, row, IntegerDot.Sum(Codes(row), weights));
            }
        }
    }

    private void ScanTogether(ReadOnlySpan<QuantizedQuery> queries, ReadOnlySpan<Candidates> found, int first, int end, int tag)
    {
        ReadOnlySpan<short> a = queries[0].Weights, b = queries[1].Weights, c = queries[2].Weights, d = queries[3].Weights;
        for (int row = first; row < end; row++)
        {
            if (IsWanted(row, tag))
            {
                (int x, int y, int z, int w) = IntegerDot.Sums(Codes(row), a, b, c, d);
                Offer(queries[0], found[0], row, x);
                Offer(queries[1], found[1], row, y);
                Offer(queries[2], found[2], row, z);
                Offer(queries[3], found[3], row, w);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Offer(QuantizedQuery query, Candidates found, int row, int sum)
    {
        KeyBound bound = bounds[row];
        double score = sum * (query.Scale * bound.Scale);
        double error = (query.Norm * bound.Residual) + (query.Error * bound.Norm);
        if (score + error >= found.Lower.Least)
        {
            found.Offer(row, score - error, score + error);
        }
    }

    private ReadOnlySpan<sbyte> Codes(int row) => new(codes + ((nint)row * _padded), _padded);

    private bool IsWanted(int row, int tag) => bounds[row].Tag == tag && (Tombstones is null || (Tombstones[row >> 6] >> row & 1) == 0);
}
