namespace Spot.Library;

/// <summary>The keys of a library, to be searched.</summary>
internal interface IKeySearch
{
    /// <exception cref="SpotException">The backbone or the width is another one.</exception>
    void CheckFits(string backbone, int dim);

    /// <summary>The best matches for each query.</summary>
    /// <param name="passes">The looks at the keys, at least one, each with a key of every query: a later one for what an earlier one left too few of.</param>
    /// <param name="step">The step of the keys to compare.</param>
    /// <param name="options">How many at most for each, and which records count.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="SpotException">No key was taken at this step though there are keys.</exception>
    Task<PromptMatch[][]> FindAsync(IReadOnlyList<KeyPass> passes, int step, PromptSearchOptions options, CancellationToken cancellationToken);
}
