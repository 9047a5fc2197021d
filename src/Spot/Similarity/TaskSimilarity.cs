namespace Spot.Similarity;

/// <summary>The similarity of tasks that were embedded several times, once a seed (SPoT, figure 4).</summary>
/// <remarks>Safe for concurrent calls.</remarks>
public static class TaskSimilarity
{
    /// <summary>The mean similarity over all pairs of a run of one task and a run of the other.</summary>
    /// <param name="runs">For each task its embeddings, at least one, all of one backbone and width.</param>
    /// <param name="similarity">How embeddings are compared.</param>
    /// <returns>
    /// A symmetric matrix [tasks, tasks], −1 … 1. Its diagonal is the mean over pairs of runs of one task, each run with itself among them: 1 only where
    /// the runs agree.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A task has no embedding, widths differ, a displacement is asked for and an embedding has no start, or <paramref name="similarity"/> is none of the enumeration.
    /// </exception>
    /// <exception cref="SpotException">The embeddings belong to different backbones.</exception>
    public static double[,] Matrix(IReadOnlyList<IReadOnlyList<TaskEmbedding>> runs, PromptSimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ThrowIfEmpty(runs);

        // A similarity is an inner product of keys, so the mean over pairs is the inner product of mean keys.
        double[][] keys = [.. runs.Select(embeddings => MeanKey(embeddings, runs[0][0].Prompt, similarity))];
        double[,] matrix = new double[keys.Length, keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                matrix[i, j] = matrix[j, i] = PromptKey.Compare(keys[i], keys[j]);
            }
        }

        return matrix;
    }

    private static void ThrowIfEmpty(IReadOnlyList<IReadOnlyList<TaskEmbedding>> runs)
    {
        for (int task = 0; task < runs.Count; task++)
        {
            if (runs[task].Count == 0)
            {
                throw new ArgumentException($"Found no embedding of task {task}, expected at least one.", nameof(runs));
            }
        }
    }

    private static double[] MeanKey(IReadOnlyList<TaskEmbedding> embeddings, SoftPrompt model, PromptSimilarity similarity)
    {
        double[] mean = new double[model.Dim], key = new double[model.Dim];
        foreach (TaskEmbedding embedding in embeddings)
        {
            PromptCosine.ThrowUnlessComparable(model, embedding.Prompt);
            PromptKey.Write(embedding, similarity, key);
            for (int i = 0; i < key.Length; i++)
            {
                mean[i] += key[i] / embeddings.Count;
            }
        }

        return mean;
    }
}
