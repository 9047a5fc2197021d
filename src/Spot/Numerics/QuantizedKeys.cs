namespace Spot.Numerics;

/// <summary>
/// A copy of keys in 8 bits that tells which of them can be among the best: an eighth of the memory to read, and the same answer as
/// comparing them all.
/// </summary>
/// <remarks>
/// With x̂ the copy of a key x and q̂ that of the query, |q·x − q̂·x̂| ≤ |q| |x − x̂| + |q − q̂| |x̂| (Cauchy–Schwarz). |x − x̂| and |x̂| are
/// computed in double and rounded up, so the bound holds for every input. A key is kept while its upper bound reaches the k-th largest lower
/// bound; those that are left are compared in double. Immutable; safe for concurrent calls.
/// </remarks>
internal sealed class QuantizedKeys
{
    internal const int MostCode = 127;

    /// <summary>More than the relative error of a norm summed in double, or of rounding it to float.</summary>
    internal const double Up = 1 + 1e-6;

    /// <summary>More than the error of the double products themselves, as a share of the norms.</summary>
    internal const double Rounding = 1e-11;

    private const int RowsPerTask = 4096;
    private readonly int _dim, _padded;
    private readonly sbyte[] _codes;
    private readonly float[] _scales, _residuals, _norms;

    /// <summary>Copies keys.</summary>
    /// <param name="keys">Rows of <paramref name="dim"/> numbers.</param>
    /// <param name="dim">The keys' width, at least 1.</param>
    internal QuantizedKeys(ReadOnlySpan<double> keys, int dim)
    {
        _dim = dim;
        _padded = (dim + IntegerDot.Block - 1) / IntegerDot.Block * IntegerDot.Block;
        Count = keys.Length / dim;
        _codes = new sbyte[checked(Count * _padded)];
        _scales = new float[Count];
        _residuals = new float[Count];
        _norms = new float[Count];
        for (int row = 0; row < Count; row++)
        {
            Write(row, keys.Slice(row * dim, dim));
        }
    }

    /// <summary>The number of keys.</summary>
    internal int Count { get; }

    /// <summary>The k best keys; what comparing every key with <see cref="PromptKey.Compare"/> gives.</summary>
    /// <param name="keys">The keys that were copied.</param>
    /// <param name="query">The query's key.</param>
    /// <param name="k">How many, at least 1.</param>
    /// <param name="cancellationToken">Checked from time to time.</param>
    internal ScoredIndex[] Search(ReadOnlyMemory<double> keys, ReadOnlyMemory<double> query, int k, CancellationToken cancellationToken)
    {
        QuantizedQuery quantized = new(query.Span, _padded);
        int tasks = (Count + RowsPerTask - 1) / RowsPerTask;
        Candidates[] parts = new Candidates[tasks];
        ParallelOptions options = new() { CancellationToken = cancellationToken };
        Parallel.For(0, tasks, options, task => parts[task] = Scan(quantized, task * RowsPerTask, Math.Min(Count, (task + 1) * RowsPerTask), k));
        LowerBounds all = new(k);
        foreach (Candidates part in parts)
        {
            all.Add(part.Lower);
        }

        TopK best = new(k);
        foreach ((int row, double upper) in parts.SelectMany(part => part.Rows))
        {
            if (upper >= all.Least)
            {
                best.Offer(row, PromptKey.Compare(keys.Span.Slice(row * _dim, _dim), query.Span));
            }
        }

        return best.ToArray();
    }

    private Candidates Scan(QuantizedQuery query, int first, int end, int k)
    {
        Candidates found = new(k);
        ReadOnlySpan<sbyte> codes = _codes;
        ReadOnlySpan<short> weights = query.Weights;
        for (int row = first; row < end; row++)
        {
            int sum = IntegerDot.Sum(codes.Slice(row * _padded, _padded), weights);
            double score = sum * (query.Scale * _scales[row]);
            double error = (query.Norm * _residuals[row]) + (query.Error * _norms[row]);
            if (score + error >= found.Lower.Least)
            {
                found.Offer(row, score - error, score + error);
            }
        }

        return found;
    }

    private void Write(int row, ReadOnlySpan<double> key)
    {
        double largest = 0;
        foreach (double value in key)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        float scale = (float)(largest / MostCode);
        Span<sbyte> codes = _codes.AsSpan(row * _padded, _dim);
        double residual = 0, square = 0;
        for (int i = 0; i < key.Length; i++)
        {
            codes[i] = scale > 0 ? (sbyte)Math.Clamp(Math.Round(key[i] / scale), -MostCode, MostCode) : (sbyte)0;
            double copy = (double)scale * codes[i], difference = key[i] - copy;
            residual += difference * difference;
            square += copy * copy;
        }

        _scales[row] = scale;
        _norms[row] = MathF.BitIncrement((float)(Math.Sqrt(square) * Up));
        _residuals[row] = MathF.BitIncrement((float)((Math.Sqrt(residual) * Up) + (_norms[row] * Rounding)));
    }
}
