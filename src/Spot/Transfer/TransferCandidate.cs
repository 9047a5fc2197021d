namespace Spot.Transfer;

/// <summary>A run on the target task.</summary>
/// <param name="Source">
/// The prompt that the run started from; of an average or a mixture, which no library holds, its task and lineage say what it was made of. Null where the
/// run started from scratch.
/// </param>
/// <param name="Similarity">Its task embedding's similarity to the target's; null where none was computed.</param>
/// <param name="Result">The run on the target task.</param>
public sealed record TransferCandidate(PromptInfo? Source, double? Similarity, TuningResult Result)
{
    /// <summary>The run in one line.</summary>
    /// <returns>For example <c>from books-0 (similarity 0.831): best score 93.0 at step 180 of 200, a prompt of 10 x 256, seed 0</c>.</returns>
    public override string ToString() =>
        $"from {Source?.Id ?? "scratch"}{(Similarity is { } similarity ? FormattableString.Invariant($" (similarity {similarity:F3})") : "")}: {Result}";
}
