namespace Spot;

/// <summary>
/// A soft prompt: <see cref="Length"/> rows of <see cref="Dim"/> numbers that stand in front of a frozen encoder's input
/// embeddings (Lester et al. 2021; SPoT, Vu et al. 2022, §2.1).
/// </summary>
/// <remarks>Plain immutable data, in the units of the backbone's token embeddings; safe to share between threads.</remarks>
public sealed class SoftPrompt
{
    private readonly float[] _values;

    /// <summary>Copies the values of a prompt.</summary>
    /// <param name="length">The number of rows, at least 1.</param>
    /// <param name="dim">The width of a row (the backbone's d_model), at least 1.</param>
    /// <param name="values"><paramref name="length"/> × <paramref name="dim"/> finite numbers, row by row.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone that the prompt belongs to.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1.</exception>
    /// <exception cref="ArgumentException">The number of values is another, a value is not finite, or the fingerprint is empty.</exception>
    public SoftPrompt(int length, int dim, ReadOnlySpan<float> values, string backboneFingerprint)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(backboneFingerprint);
        if (values.Length != (long)length * dim)
        {
            throw new ArgumentException(
                $"A prompt of {length} x {dim} has {(long)length * dim} values, but {values.Length} were given.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    $"Prompt row {i / dim}, column {i % dim} is {values[i]}; every value must be finite. " +
                    "A prompt like this usually comes from a diverged run.", nameof(values));
            }
        }

        Length = length;
        Dim = dim;
        BackboneFingerprint = backboneFingerprint;
        _values = values.ToArray();
    }

    /// <summary>The number of rows (L).</summary>
    public int Length { get; }

    /// <summary>The width of a row (d_model of the backbone).</summary>
    public int Dim { get; }

    /// <summary>The fingerprint of the backbone that the prompt belongs to; a prompt means nothing to another one.</summary>
    public string BackboneFingerprint { get; }

    /// <summary>All values, row by row: <see cref="Length"/> × <see cref="Dim"/>.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>One row.</summary>
    /// <param name="row">0 … <see cref="Length"/> − 1.</param>
    /// <returns><see cref="Dim"/> numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Length);
        return _values.AsSpan(row * Dim, Dim);
    }
}
