namespace Spot.Tasks;

/// <summary>BLEU of a set of translations, and what it is made of. Lists have one entry for each length of word runs, 1 to 4.</summary>
/// <param name="Score">The score, 0 … 100, up to rounding.</param>
/// <param name="Matches">How many runs of the predictions are in a reference.</param>
/// <param name="Totals">How many runs the predictions have.</param>
/// <param name="Precisions">Their share, 0 … 100, smoothed where nothing matches.</param>
/// <param name="BrevityPenalty">The factor for predictions that are shorter than their references, 0 … 1.</param>
/// <param name="PredictionLength">The tokens of all predictions.</param>
/// <param name="ReferenceLength">The tokens of the references closest in length to their predictions.</param>
public sealed record BleuScore(
    double Score,
    IReadOnlyList<int> Matches,
    IReadOnlyList<int> Totals,
    IReadOnlyList<double> Precisions,
    double BrevityPenalty,
    int PredictionLength,
    int ReferenceLength);
