namespace Spot.Studies;

/// <summary>Compares all sources and targets of a study in one way.</summary>
internal static class StudyComparison
{
    /// <summary>Compares them.</summary>
    /// <typeparam name="T">What is compared.</typeparam>
    /// <param name="plan">The plan.</param>
    /// <param name="similarity">Which way it is.</param>
    /// <param name="keys">Of every source prompt; null where there is none yet.</param>
    /// <param name="targets">Of every run of every target. // [target][seed]</param>
    /// <param name="compare">The similarity of two.</param>
    /// <param name="matrix">The mean similarity over all pairs of runs of two tasks, of tasks that have runs. // [task][run] -> [task, task]</param>
    public static StudySimilarity Of<T>(
        StudyPlan plan, PromptSimilarity similarity, T?[] keys, T?[][] targets, Func<T, T, double> compare, Func<T[][], double[,]> matrix)
        where T : class
    {
        // Targets that are sources too are there once, with the sources' runs.
        HashSet<string> sources = [.. plan.SourceNames];
        int[] others = [.. Enumerable.Range(0, plan.Targets.Count).Where(target => !sources.Contains(plan.Targets[target].Name))];
        T[][] tasks =
        [
            .. keys.Chunk(plan.SourceSeeds.Count).Select(runs => runs.OfType<T>().ToArray()),
            .. others.Select(target => targets[target].OfType<T>().ToArray()),
        ];
        double[][][] toTargets = [.. keys.Select(key => targets.Select(runs => runs.Select(run =>
            key is null || run is null ? double.NaN : compare(key, run)).ToArray()).ToArray())];
        return new StudySimilarity(
            similarity,
            [.. plan.SourceNames, .. others.Select(target => plan.Targets[target].Name)],
            Matrix(tasks, matrix),
            toTargets,
            [.. toTargets.Select(ofPrompt => ofPrompt.Select(seeds => ScoreSpread.Of(seeds).Mean).ToArray())]);
    }

    /// <summary>The mean over all pairs, each run with itself among them.</summary>
    public static double[,] Means(ActivatedNeurons[][] tasks)
    {
        double[,] means = new double[tasks.Length, tasks.Length];
        for (int i = 0; i < tasks.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                means[i, j] = means[j, i] = tasks[i].Average(one => tasks[j].Average(one.Overlap));
            }
        }

        return means;
    }

    private static double[][] Matrix<T>(T[][] tasks, Func<T[][], double[,]> compare)
    {
        int[] done = [.. Enumerable.Range(0, tasks.Length).Where(task => tasks[task].Length > 0)];
        double[,] known = done.Length == 0 ? new double[0, 0] : compare([.. done.Select(task => tasks[task])]);
        double[][] matrix = [.. tasks.Select(_ => Enumerable.Repeat(double.NaN, tasks.Length).ToArray())];
        for (int i = 0; i < done.Length; i++)
        {
            for (int j = 0; j < done.Length; j++)
            {
                matrix[done[i]][done[j]] = known[i, j];
            }
        }

        return matrix;
    }
}
