namespace Spot.Transfer;

/// <summary>A run on the target task.</summary>
/// <param name="Sources">The source prompts that the run started from and their shares, the most similar first; empty where it started from scratch.</param>
/// <param name="Result">The run on the target task.</param>
public sealed record TransferCandidate(IReadOnlyList<TransferSource> Sources, TuningResult Result)
{
    /// <summary>The ids of the sources that have a share, for <see cref="PromptRecord.FromTuning"/>; those of an average with the weight 0 are left out.</summary>
    public IReadOnlyList<string> Lineage => [.. Sources.Where(source => source.Weight > 0).Select(source => source.Info.Id)];

    /// <summary>The run in one line.</summary>
    /// <returns>For example <c>from books-0 (similarity 0.83): best score 93.0 at step 180 of 200, a prompt of 10 x 256, seed 0</c>.</returns>
    public override string ToString() => $"from {(Sources.Count == 0 ? "scratch" : string.Join(", ", Sources))}: {Result}";
}
