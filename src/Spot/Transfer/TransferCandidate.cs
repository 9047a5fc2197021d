namespace Spot.Transfer;

/// <summary>A run on the target task.</summary>
/// <param name="Source">
/// The prompt that the run started from; of an average or a mixture, which no library holds, its task and lineage say what it was made of. Null where the
/// run started from scratch.
/// </param>
/// <param name="Similarity">Its task embedding's similarity to the target's; null where none was computed.</param>
/// <param name="Result">The run on the target task.</param>
public sealed record TransferCandidate(PromptInfo? Source, double? Similarity, TuningResult Result);
