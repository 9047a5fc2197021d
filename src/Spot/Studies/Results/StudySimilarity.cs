namespace Spot.Studies;

/// <summary>How similar the tasks of a study are by one way to compare embeddings.</summary>
/// <param name="Similarity">Which way.</param>
/// <param name="Tasks">The names of all tasks: the sources, then those targets that are no source.</param>
/// <param name="TaskMatrix">The mean over all pairs of runs of the two tasks, the diagonal included and thus below 1: the paper's Figure 4. // [task][task]</param>
/// <param name="ToTargets">Of every source prompt's key to the embedding of every run of every target. // [prompt][target][seed]</param>
/// <param name="Means"><paramref name="ToTargets"/> averaged over the target's seeds: the x of the paper's Figure 5. // [prompt][target]</param>
public sealed record StudySimilarity(
    PromptSimilarity Similarity,
    IReadOnlyList<string> Tasks,
    IReadOnlyList<IReadOnlyList<double>> TaskMatrix,
    IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> ToTargets,
    IReadOnlyList<IReadOnlyList<double>> Means);
