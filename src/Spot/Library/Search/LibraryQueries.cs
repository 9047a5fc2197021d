using Spot.Similarity;

namespace Spot.Library;

/// <summary>Searches for task embeddings: for each of several, or for one task that was embedded several times.</summary>
internal sealed class LibraryQueries(LibraryStore store)
{
    private readonly LibrarySearch _search = new(store);

    /// <inheritdoc cref="LibrarySearch.Forget"/>
    internal void Forget() => _search.Forget();

    /// <summary>The best matches for each query; the index is gone through once for all of a step.</summary>
    internal async Task<IReadOnlyList<PromptMatch>[]> EachAsync(IReadOnlyList<TaskEmbedding> queries, PromptSearchOptions options, CancellationToken cancellationToken)
    {
        double[][] keys = Keys(queries, options.Similarity);
        IReadOnlyList<PromptMatch>[] found = new IReadOnlyList<PromptMatch>[keys.Length];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, keys.Length).GroupBy(i => queries[i].Step))
        {
            int[] members = [.. group];
            PromptMatch[][] matches = await _search.FindAsync([.. members.Select(i => keys[i])], group.Key, options, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < members.Length; i++)
            {
                found[members[i]] = matches[i];
            }
        }

        return found;
    }

    /// <summary>The best matches by the mean of the similarities, which are inner products: their mean is the one to the mean of the keys.</summary>
    internal async Task<IReadOnlyList<PromptMatch>> AverageAsync(IReadOnlyList<TaskEmbedding> embeddings, PromptSearchOptions options, CancellationToken cancellationToken)
    {
        double[][] keys = Keys(embeddings, options.Similarity);
        double[] mean = [.. Enumerable.Range(0, keys[0].Length).Select(i => keys.Average(key => key[i]))];
        return (await _search.FindAsync([mean], embeddings[0].Step, options, cancellationToken).ConfigureAwait(false))[0];
    }

    private double[][] Keys(IReadOnlyList<TaskEmbedding> queries, PromptSimilarity similarity)
    {
        double[][] keys = new double[queries.Count][];
        for (int i = 0; i < keys.Length; i++)
        {
            SoftPrompt prompt = (queries[i] ?? throw new ArgumentException($"Query {i} is null.", nameof(queries))).Prompt;
            store.CheckFits(store.State, prompt.BackboneFingerprint, prompt.Dim);
            keys[i] = new double[prompt.Dim];
            PromptKey.Write(prompt, similarity, keys[i]);
        }

        return keys;
    }
}
