namespace Spot.Benchmarks.Inference;

/// <summary>An answer as far as it is compared.</summary>
/// <param name="Text">The texts that were written.</param>
/// <param name="Numbers">Probabilities, scores or an embedding.</param>
internal sealed record SoakAnswer(string Text, double[] Numbers)
{
    /// <summary>Whether it is the same, numbers up to the rounding of larger products.</summary>
    public bool IsSame(SoakAnswer other) =>
        Text == other.Text && Numbers.Length == other.Numbers.Length && Numbers.Zip(other.Numbers).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * Math.Max(1, Math.Abs(pair.First)));

    public override string ToString() => FormattableString.Invariant($"'{Text}' [{string.Join(", ", Numbers.Take(6).Select(number => number.ToString("G6", System.Globalization.CultureInfo.InvariantCulture)))}]");
}
