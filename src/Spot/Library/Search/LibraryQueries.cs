using Spot.Similarity;

namespace Spot.Library;

/// <summary>Searches for task embeddings: for each of several, or for one task that was embedded several times.</summary>
/// <param name="search">Searches for keys.</param>
internal sealed class LibraryQueries(IKeySearch search)
{
    /// <summary>The best matches for each query; the index is gone through once for all that are compared with the same keys.</summary>
    internal async Task<IReadOnlyList<PromptMatch>[]> EachAsync(IReadOnlyList<TaskEmbedding> queries, PromptSearchOptions options, CancellationToken cancellationToken)
    {
        CheckFit(queries);
        IReadOnlyList<PromptMatch>[] found = new IReadOnlyList<PromptMatch>[queries.Count];
        foreach (IGrouping<(int Step, bool), int> group in Enumerable.Range(0, found.Length).GroupBy(i => (queries[i].Step, queries[i].Start is null)))
        {
            int[] members = [.. group];
            KeyPass[] passes = Passes([.. members.Select(i => queries[i])], options.Similarity);
            PromptMatch[][] matches = await search.FindAsync(passes, group.Key.Step, options, cancellationToken).ConfigureAwait(false);
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
        CheckFit(embeddings);
        KeyPass[] passes = [.. Passes(embeddings, options.Similarity).Select(pass => pass with { Keys = [Mean(pass.Keys)] })];
        return (await search.FindAsync(passes, embeddings[0].Step, options, cancellationToken).ConfigureAwait(false))[0];
    }

    // Displacements first, then the prompts of unknown start as they are; all as they are where a query's own start is not known.
    private static KeyPass[] Passes(IReadOnlyList<TaskEmbedding> queries, PromptSimilarity similarity)
    {
        int step = queries[0].Step;
        PromptSimilarity plain = PromptKey.AsTheyAre(similarity);
        double[][] asTheyAre = Keys(queries, plain);
        return plain == similarity || queries.Any(query => query.Start is null)
            ? [new KeyPass(asTheyAre, plain, step, plain)]
            : [new KeyPass(Keys(queries, similarity), similarity, step, similarity), new KeyPass(asTheyAre, similarity, IndexKey.Tag(step, isAsItIs: true), plain)];
    }

    private static double[][] Keys(IReadOnlyList<TaskEmbedding> queries, PromptSimilarity similarity) =>
    [
        .. queries.Select(query =>
        {
            double[] key = new double[query.Prompt.Dim];
            PromptKey.Write(query, similarity, key);
            return key;
        }),
    ];

    private static double[] Mean(double[][] keys) => [.. Enumerable.Range(0, keys[0].Length).Select(i => keys.Average(key => key[i]))];

    private void CheckFit(IReadOnlyList<TaskEmbedding> queries)
    {
        for (int i = 0; i < queries.Count; i++)
        {
            SoftPrompt prompt = (queries[i] ?? throw new ArgumentException($"Query {i} is null.", nameof(queries))).Prompt;
            search.CheckFits(prompt.BackboneFingerprint, prompt.Dim);
        }
    }
}
