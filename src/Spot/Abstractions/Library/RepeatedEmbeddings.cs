namespace Spot;

/// <summary>The embeddings of a task that was embedded several times, and what they find together.</summary>
internal static class RepeatedEmbeddings
{
    /// <exception cref="ArgumentException">There is none, or one is null.</exception>
    /// <exception cref="SpotException">They are of different steps, so that they have no prompts in common to be compared with.</exception>
    internal static void Check(IReadOnlyList<TaskEmbedding> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        if (embeddings.Count == 0 || embeddings.Contains(null!))
        {
            throw new ArgumentException("Found no embedding of the task, or one that is null; expected at least one.", nameof(embeddings));
        }

        int[] steps = [.. embeddings.Select(embedding => embedding.Step).Distinct()];
        if (steps.Length > 1)
        {
            throw new SpotException($"Found embeddings of the target taken at the steps {string.Join(", ", steps)}, expected one step: only equally long runs are comparable.");
        }
    }

    /// <summary>The embeddings without their starts, unless all have one: then all are compared with a prompt in the same way.</summary>
    internal static IReadOnlyList<TaskEmbedding> Alike(IReadOnlyList<TaskEmbedding> embeddings) =>
        embeddings.All(embedding => embedding.Start is not null) ? embeddings : [.. embeddings.Select(embedding => embedding with { Start = null })];

    /// <summary>One ranking of several over the same prompts. What is not in all of them was added or removed meanwhile, and is left out.</summary>
    internal static PromptMatch[] Average(IReadOnlyList<IReadOnlyList<PromptMatch>> rankings, PromptSimilarity similarity, int k) =>
    [
        .. rankings.SelectMany(ranking => ranking)
            .GroupBy(match => match.Info.Id, StringComparer.Ordinal)
            .Where(matches => matches.Count() == rankings.Count)
            .Select(matches => matches.First() with { Similarity = matches.Average(match => match.Similarity) })
            .OrderByDescending(match => match.ComparedBy == similarity).ThenByDescending(match => match.Similarity).ThenBy(match => match.Info.Id, StringComparer.Ordinal)
            .Take(k),
    ];
}
