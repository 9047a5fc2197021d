namespace Spot;

/// <summary>The validation examples that score a checkpoint.</summary>
/// <remarks>
/// A random sample and not the first ones, since many files are sorted by label or topic: of such a file the first rows choose the checkpoint that always
/// gives their label. It depends on the task alone, so that runs of several seeds are scored alike.
/// </remarks>
internal static class ValidationSample
{
    /// <param name="task">The task.</param>
    /// <param name="most">How many at most; null for all.</param>
    /// <returns>In the task's order. Examples of one group come together or not at all; there is at least one group, however large.</returns>
    public static IReadOnlyList<TextExample> Of(TextTask task, int? most)
    {
        if (most is null || task.Validation.Count <= most)
        {
            return task.Validation;
        }

        int[][] groups = [.. task.Validation.Index().GroupBy(row => (row.Item.Group, Alone: row.Item.Group is null ? row.Index : -1), row => row.Index, (_, rows) => rows.ToArray())];
        int[] order = [.. Enumerable.Range(0, groups.Length)];
        SplitMix64 random = SplitMix64.For("validation", 0);
        random.Shuffle(order);
        List<int> chosen = [];
        foreach (int[] group in order.Select(group => groups[group]))
        {
            if (chosen.Count == 0 || chosen.Count + group.Length <= most)
            {
                chosen.AddRange(group);
            }
        }

        return [.. chosen.Order().Select(row => task.Validation[row])];
    }
}
