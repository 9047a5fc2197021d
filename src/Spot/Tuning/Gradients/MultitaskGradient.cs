namespace Spot.Tuning;

/// <summary>Turns the gradients of tasks' prompts into those of the shared part and of the tasks' factors, by the chain rule.</summary>
/// <remarks>With P = S ⊙ (C R): ∂S += G ⊙ (C R), ∂C = (G ⊙ S) R', ∂R = C' (G ⊙ S). Summed in double, rounded once.</remarks>
internal sealed class MultitaskGradient(int tasks, int length, int dim, int ranks)
{
    private readonly double[] _shared = new double[length * dim], _columns = new double[tasks * length * ranks], _rows = new double[tasks * ranks * dim];
    private readonly float[][] _all = [new float[length * dim], new float[tasks * length * ranks], new float[tasks * ranks * dim]];

    /// <summary>Of the shared part, the columns and the rows. May be overwritten.</summary>
    public float[][] All => _all;

    /// <summary>Begins a batch.</summary>
    public void Clear()
    {
        foreach (double[] sums in new[] { _shared, _columns, _rows })
        {
            Array.Clear(sums);
        }

        Round();
    }

    /// <summary>Adds a task's.</summary>
    /// <param name="task">Its place.</param>
    /// <param name="gradient">Of its prompt. // [L, d]</param>
    /// <param name="shared">// [L, d]</param>
    /// <param name="columns">// [tasks, L, ranks]</param>
    /// <param name="rows">// [tasks, ranks, d]</param>
    public void Add(int task, ReadOnlySpan<float> gradient, ReadOnlySpan<float> shared, ReadOnlySpan<float> columns, ReadOnlySpan<float> rows)
    {
        for (int i = 0; i < length * dim; i++)
        {
            (int row, int column) = (i / dim, i % dim);
            _shared[i] += gradient[i] * MultitaskPrompt.Factor(columns, rows, task, row, column, length, dim, ranks);
            double ofFactor = (double)gradient[i] * shared[i];
            for (int r = 0; r < ranks; r++)
            {
                int left = (((task * length) + row) * ranks) + r, right = (((task * ranks) + r) * dim) + column;
                _columns[left] += ofFactor * rows[right];
                _rows[right] += ofFactor * columns[left];
            }
        }

        Round();
    }

    private void Round()
    {
        foreach ((double[] sums, float[] rounded) in new[] { _shared, _columns, _rows }.Zip(_all))
        {
            for (int i = 0; i < sums.Length; i++)
            {
                rounded[i] = (float)sums[i];
            }
        }
    }
}
