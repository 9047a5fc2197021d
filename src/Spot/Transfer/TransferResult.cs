namespace Spot.Transfer;

/// <summary>What a transfer gives.</summary>
/// <param name="Best">The run with the best validation score; the more similar source's of equals.</param>
/// <param name="Candidates">All runs, the most similar source first.</param>
public sealed record TransferResult(TransferCandidate Best, IReadOnlyList<TransferCandidate> Candidates)
{
    /// <summary>The tuning steps spent: of all runs on the target, of its embeddings and its mixture where the transfer computed them.</summary>
    public long Steps { get; init; }

    /// <summary>The best of some runs and their steps.</summary>
    internal static TransferResult Of(IReadOnlyList<TransferCandidate> candidates) => new(
        candidates.MaxBy(candidate => double.IsNaN(candidate.Result.BestScore) ? double.NegativeInfinity : candidate.Result.BestScore)!, candidates)
    {
        Steps = candidates.Sum(candidate => (long)candidate.Result.Losses.Count),
    };
}
