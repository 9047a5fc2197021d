namespace Spot.Tasks;

/// <summary>A family of tasks that the study mixes into one source task (Vu et al. 2022, §2.1), and what else is of its kind.</summary>
/// <param name="Name">For example <c>nli</c>.</param>
/// <param name="Members">The tasks of the study's mixture, by the names of <see cref="TaskRegistry"/> where those have a format.</param>
/// <param name="StandIns">Other tasks of the same kind, for where the members' data cannot be had.</param>
public sealed record TaskFamily(string Name, IReadOnlyList<string> Members, IReadOnlyList<string> StandIns)
{
    private static readonly Registrations<TaskFamily> Added = new("family", family => family.Name);

    /// <summary>All families: GLUE, SuperGLUE, one for each kind of task, <c>all</c>, and those that were registered (<see cref="TaskRegistry.Register(TaskFamily)"/>).</summary>
    /// <remarks>The stand-ins of <c>all</c> are all other tasks, but no second format of the same rows that only the style tells apart.</remarks>
    public static IReadOnlyList<TaskFamily> All => [.. Ready(), .. Added.Items];

    /// <summary>A family by its name.</summary>
    /// <param name="name">For example <c>nli</c>.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static TaskFamily Named(string name) =>
        All.FirstOrDefault(family => family.Name == name)
        ?? throw new ArgumentException($"No family '{name}'; there are {string.Join(", ", All.Select(family => family.Name))}.", nameof(name));

    /// <summary>The kind of a task, which is its <see cref="TextTask.Family"/>.</summary>
    /// <param name="task">The task's name.</param>
    /// <returns>A family's name, another kind, or null for a task that the study does not know.</returns>
    public static string? Of(string task) =>
        PaperFamilies.Kinds.Concat(Added.Items).FirstOrDefault(family => family.Members.Contains(task) || family.StandIns.Contains(task))?.Name
        ?? PaperFamilies.Others.GetValueOrDefault(task)
        ?? (StyledName.Task(task) is { } plain ? Of(plain) : null);

    /// <summary>What of the family can be built from local files.</summary>
    /// <param name="root">The folder that holds a folder for each data set.</param>
    /// <returns>The members whose data are there, those whose data are not, and the stand-ins whose data are there.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public (IReadOnlyList<string> Found, IReadOnlyList<string> Missing, IReadOnlyList<string> StandIns) In(string root)
    {
        HashSet<string> there = new(TaskRegistry.Available(root), StringComparer.Ordinal);
        return ([.. Members.Where(there.Contains)], [.. Members.Where(name => !there.Contains(name))], [.. StandIns.Where(there.Contains)]);
    }

    /// <summary>Builds the mixture of what can be built from local files; the thread waits. Asynchronous code takes <see cref="LoadAsync"/>.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public TaskMixture Load(string root, bool standIns = false, TaskLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadAsync(root, standIns, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Builds the mixture of what can be built from local files.</summary>
    /// <param name="root">The folder that holds a folder for each data set.</param>
    /// <param name="standIns">Whether to add the stand-ins.</param>
    /// <param name="options">How each task is read; null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>A mixture with the study's rates (examples-proportional, at most 2^19 examples a task).</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="SpotException">None of the tasks can be built; the message names them.</exception>
    public Task<TaskMixture> LoadAsync(string root, bool standIns = false, TaskLoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        TaskLoadOptions own = TaskLoadOptions.CopyOf(options);
        return Task.Run(() => ReadAsync(root, standIns, own, cancellationToken), cancellationToken);
    }

    private async Task<TaskMixture> ReadAsync(string root, bool standIns, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        (IReadOnlyList<string> found, _, IReadOnlyList<string> others) = In(root);
        string[] names = standIns ? [.. found, .. others] : [.. found];
        if (names.Length == 0)
        {
            throw new SpotException(
                $"'{Path.GetFullPath(root)}' holds no task of the family '{Name}': expected one of the folders {string.Join(", ", standIns ? Members.Concat(StandIns) : Members)}.");
        }

        List<MixtureTask> tasks = [];
        foreach (string name in names)
        {
            tasks.Add(new MixtureTask(await TaskRegistry.LoadAsync(name, root, options, cancellationToken).ConfigureAwait(false)));
        }

        return new TaskMixture(Name, tasks);
    }

    /// <summary>Whether all tasks of a family are known.</summary>
    /// <exception cref="ArgumentException">One is not, or there is none.</exception>
    internal void CheckTasks(IReadOnlyCollection<string> known)
    {
        if (string.IsNullOrWhiteSpace(Name) || Members.Count == 0)
        {
            throw new ArgumentException($"The family '{Name}' has {Members.Count} members; expected a name and at least one task.");
        }

        if (Members.Concat(StandIns).FirstOrDefault(task => !known.Contains(task, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ArgumentException(
                $"The family '{Name}' has the task '{unknown}', which is not known. Similar names: {string.Join(", ", Spelling.Nearest(unknown, known).Take(5))}. Register its format first, or in the same file.");
        }
    }

    /// <summary>Whether families could be added.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    internal static void CheckNames(IReadOnlyList<TaskFamily> families) => Added.Check(families, IsReady);

    /// <summary>Adds families, all or none.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    internal static void Add(IReadOnlyList<TaskFamily> families) => Added.Add(families, IsReady);

    private static bool IsReady(string name) => Ready().Any(family => family.Name == name);

    private static TaskFamily[] Ready()
    {
        TaskFamily[] own = [.. PaperFamilies.Benchmarks, .. PaperFamilies.Kinds];
        string[] members = [.. own.SelectMany(family => family.Members).Distinct(StringComparer.Ordinal)];
        return [.. own, new("all", members, [.. TaskRegistry.Names.Except(members, StringComparer.Ordinal).Where(name => StyledName.Task(name) is null && name != RawText.Name)])];
    }
}
