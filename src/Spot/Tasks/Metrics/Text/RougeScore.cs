namespace Spot.Tasks;

/// <summary>Precision, recall and F of one ROUGE measure, 0 … 1.</summary>
/// <param name="Precision">The share of the prediction that the target has.</param>
/// <param name="Recall">The share of the target that the prediction has.</param>
/// <param name="FMeasure">Their harmonic mean, 0 where both are 0.</param>
public readonly record struct RougeScore(double Precision, double Recall, double FMeasure)
{
    /// <summary>The score of so many matches; a side without tokens counts as 0.</summary>
    internal static RougeScore Of(int matches, int predicted, int wanted) => matches == 0
        ? default
        : new RougeScore((double)matches / predicted, (double)matches / wanted, 2.0 * matches / (predicted + wanted));
}
