namespace Spot.Transfer;

/// <summary>Finds source prompts for a target that may have been embedded several times.</summary>
internal static class PromptSearch
{
    /// <param name="library">The source prompts.</param>
    /// <param name="embeddings">The target's, at least one; similarities are averaged over them.</param>
    /// <param name="k">How many at most.</param>
    /// <param name="similarity">How embeddings are compared.</param>
    /// <param name="eligible">Which prompts count; null for all.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The most similar first, equal ones by ordinal order of the id.</returns>
    /// <exception cref="SpotException">The embeddings are of different steps, so that they have no prompts in common to be compared with.</exception>
    public static async Task<IReadOnlyList<PromptMatch>> FindAsync(
        IPromptLibrary library, IReadOnlyList<TaskEmbedding> embeddings, int k, PromptSimilarity similarity, Func<PromptInfo, bool>? eligible, CancellationToken cancellationToken)
    {
        int[] steps = [.. embeddings.Select(embedding => embedding.Step).Distinct()];
        if (steps.Length > 1)
        {
            throw new SpotException($"Found embeddings of the target taken at the steps {string.Join(", ", steps)}, expected one step: only equally long runs are comparable.");
        }

        return await library.SearchMeanAsync(embeddings, k, similarity, eligible, cancellationToken).ConfigureAwait(false);
    }
}
