namespace Spot.Tasks;

/// <summary>Finds text that one task trains on and another is judged by: such a pair makes transfer look better than it is.</summary>
/// <remarks>
/// A row leaks when one of its texts is also a text of the other task's training rows. Texts are compared by a hash of their letters and digits in
/// lower case: punctuation, and how words are split, make no difference. Those of fewer than five words or 25 letters and digits do not count.
/// </remarks>
public static class TaskLeaks
{
    /// <summary>Compares data files, field by field; the thread waits. Asynchronous code takes <see cref="FindAsync"/>.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public static IReadOnlyList<TaskLeak> Find(
        IReadOnlyList<string> names, string root, TaskLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadAsync(names, root, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Compares data files, field by field.</summary>
    /// <param name="names">Names of <see cref="TaskRegistry"/>.</param>
    /// <param name="root">The folder that holds a folder for each data set.</param>
    /// <param name="options">How each is read; null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>One entry for each source, target and split with a leak, the largest share first.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static Task<IReadOnlyList<TaskLeak>> FindAsync(
        IReadOnlyList<string> names, string root, TaskLoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        TaskLoadOptions own = TaskLoadOptions.CopyOf(options);
        return Task.Run(() => ReadAsync(names, root, own, cancellationToken), cancellationToken);
    }

    /// <summary>Compares tasks in memory by their whole inputs.</summary>
    /// <param name="tasks">Tasks of distinct names.</param>
    /// <returns>One entry for each source, target and split with a leak, the largest share first.</returns>
    public static IReadOnlyList<TaskLeak> Find(IReadOnlyList<TextTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return Compare([.. tasks.Select(TaskTexts.Of)]);
    }

    private static async Task<IReadOnlyList<TaskLeak>> ReadAsync(IReadOnlyList<string> names, string root, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<TaskTexts> tasks = [];
        foreach (string name in names)
        {
            tasks.Add(await TaskTexts.ReadAsync(name, root, options ?? new TaskLoadOptions(), cancellationToken).ConfigureAwait(false));
        }

        return Compare([.. tasks]);
    }

    private static TaskLeak[] Compare(TaskTexts[] tasks)
    {
        List<TaskLeak> leaks = [];
        foreach (TaskTexts source in tasks)
        {
            HashSet<ulong> known = [.. source.Splits["train"].SelectMany(row => row)];
            foreach (TaskTexts target in tasks.Where(task => task != source))
            {
                foreach ((string split, List<ulong[]> rows) in target.Splits.Where(split => split.Key != "train"))
                {
                    int[] shared = [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].Any(known.Contains))];
                    if (shared.Length > 0)
                    {
                        leaks.Add(new TaskLeak(source.Name, target.Name, split, shared.Length, rows.Count, [.. shared.Take(TaskLeak.MaxRows)]));
                    }
                }
            }
        }

        return [.. leaks.OrderByDescending(leak => leak.Share).ThenBy(leak => leak.ToString(), StringComparer.Ordinal)];
    }
}
