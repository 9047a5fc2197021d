namespace Spot.Transfer;

/// <summary>What a transfer gives.</summary>
/// <param name="Best">The run with the best validation score; the more similar source's of equals.</param>
/// <param name="Candidates">All runs, the most similar source first.</param>
public sealed record TransferResult(TransferCandidate Best, IReadOnlyList<TransferCandidate> Candidates)
{
    /// <summary>The tuning steps spent: of all runs on the target, of its embeddings and its mixture where the transfer computed them.</summary>
    public long Steps { get; init; }

    /// <summary>The result in a line, and where there were several runs one for each.</summary>
    /// <returns>For example <c>best of 3 runs, 650 steps in all: from books-0 (similarity 0.83): best score 93.0 at step 180 of 200, …</c>.</returns>
    public override string ToString()
    {
        string steps = ResultText.Count(Steps, "step");
        return Candidates.Count == 1
            ? $"{Best}; {steps} in all"
            : $"best of {ResultText.Count(Candidates.Count, "run")}, {steps} in all: {Best}{string.Concat(Candidates.Select(run => $"{Environment.NewLine}  {run}"))}";
    }

    /// <summary>The result of some runs on the target: the best of them, and the steps of all.</summary>
    /// <param name="candidates">At least one run, the most similar source's first: of equal scores the first is the best, and a NaN is below every other.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public static TransferResult Of(IReadOnlyList<TransferCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        TransferCandidate best = candidates.MaxBy(candidate => double.IsNaN(candidate.Result.BestScore) ? double.NegativeInfinity : candidate.Result.BestScore)
            ?? throw new ArgumentException("Found no run on the target, expected at least one.", nameof(candidates));
        return new TransferResult(best, candidates) { Steps = candidates.Sum(candidate => (long)candidate.Result.Losses.Count) };
    }
}
