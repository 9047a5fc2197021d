namespace Spot.Tuning;

/// <summary>Numbers that a run trains, with their optimiser, as a checkpoint sees them.</summary>
/// <param name="name">The name, unique in the run.</param>
/// <param name="shape">The dimensions; the optimiser sees a matrix of the last one and all before.</param>
internal abstract class Parameter(string name, long[] shape)
{
    public string Name => name;

    public long[] Shape => shape;

    /// <summary>The second dimension of the matrix that the optimiser sees.</summary>
    public int Columns => (int)shape[^1];

    /// <summary>The first dimension of the matrix that the optimiser sees; 1 for a vector.</summary>
    public int Rows => (int)(Count / Columns);

    /// <summary>How many numbers.</summary>
    public long Count { get; } = shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Steps that the optimiser has done.</summary>
    public abstract long Step { get; set; }

    /// <summary>A copy of the numbers.</summary>
    public abstract float[] Read();

    /// <summary>Replaces the numbers.</summary>
    public abstract void Write(float[] replacement);

    /// <summary>A copy of all that the next step depends on besides numbers and <see cref="Step"/>, by name.</summary>
    public abstract IReadOnlyDictionary<string, float[]> ReadState();

    /// <summary>Replaces what <see cref="ReadState"/> gives.</summary>
    public abstract void WriteState(IReadOnlyDictionary<string, float[]> state);
}
