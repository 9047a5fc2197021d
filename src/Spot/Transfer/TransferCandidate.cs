namespace Spot.Transfer;

/// <summary>A target run that started from a source prompt.</summary>
/// <param name="Source">The source prompt.</param>
/// <param name="Similarity">Its task embedding's similarity to the target's; null where none was computed.</param>
/// <param name="Result">The run on the target task.</param>
public sealed record TransferCandidate(PromptInfo Source, double? Similarity, TuningResult Result);
