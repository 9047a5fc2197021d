namespace Spot.Transfer;

/// <summary>What a transfer gives.</summary>
/// <param name="Best">The run with the best validation score; the more similar source's of equals.</param>
/// <param name="Candidates">All runs, the most similar source first.</param>
public sealed record TransferResult(TransferCandidate Best, IReadOnlyList<TransferCandidate> Candidates);
