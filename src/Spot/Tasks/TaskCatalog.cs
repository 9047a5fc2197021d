namespace Spot.Tasks;

/// <summary>The tasks of a folder: task folders of one's own (<see cref="TaskFolder"/>), and data sets by the names of <see cref="TaskRegistry"/>.</summary>
/// <remarks>A folder counts as one's own where it has a <c>task.json</c>, or rows with the fields <c>input</c> and <c>target</c>. Safe for concurrent calls.</remarks>
public sealed class TaskCatalog
{
    private readonly string _root;
    private readonly string[] _own;
    private readonly HashSet<string> _known;

    /// <summary>Looks which tasks there are.</summary>
    /// <param name="root">The folder that holds a folder for each task or data set.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">It holds no task.</exception>
    /// <exception cref="InvalidDataException">The first row of a task's file is damaged.</exception>
    public TaskCatalog(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
        if (!Directory.Exists(_root))
        {
            throw new DirectoryNotFoundException($"No folder '{_root}'. Expected one that holds a folder for each task.");
        }

        string[] folders = [.. Directory.GetDirectories(_root).Where(folder => DataFile.Find(folder, "train").Count > 0)];
        _own = [.. folders.Where(IsOwn).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
        _known = [.. TaskRegistry.Available(_root).Except(_own)];
        if (_own.Length + _known.Count == 0)
        {
            throw new ArgumentException($"'{_root}' holds no task. Expected folders with train.jsonl and validation.jsonl, or another format, each.");
        }

        Names = [.. _own.Concat(_known).Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of all tasks, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Puts the members of families in their places.</summary>
    /// <param name="names">Names of tasks or families.</param>
    /// <returns>The same, a family (<see cref="TaskFamily"/>) replaced by those of its members that are there.</returns>
    public IReadOnlyList<string> Members(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return [.. names.SelectMany(name =>
            Names.Contains(name) || TaskFamily.All.FirstOrDefault(family => family.Name == name) is not { } family ? [name] : family.Members.Where(Names.Contains))];
    }

    /// <summary>Reads tasks; the thread waits.</summary>
    /// <param name="names">Names of tasks.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>The tasks, in the order of the names.</returns>
    /// <exception cref="ArgumentException">There is no task of a name; the message lists those that there are.</exception>
    /// <exception cref="FileNotFoundException">A file of a task is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the task.</exception>
    public IReadOnlyList<TextTask> Load(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        string[] unknown = [.. names.Where(name => !_own.Contains(name) && !_known.Contains(name))];
        return unknown.Length == 0
            ? [.. names.Select(name => _own.Contains(name) ? TaskFolder.Load(Path.Combine(_root, name)) : TaskRegistry.Load(name, _root, cancellationToken: cancellationToken))]
            : throw new ArgumentException($"No task {string.Join(", ", unknown.Select(name => $"'{name}'"))} in '{_root}'; there are {string.Join(", ", Names)}.");
    }

    /// <summary>Reads a mixture of tasks; the thread waits.</summary>
    /// <param name="text">Its name and those of its tasks or families, as <c>name=a,b,c</c>.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>The mixture, each task in proportion to its examples.</returns>
    /// <exception cref="ArgumentException">The text is not of that form, or there is no task of a name.</exception>
    /// <exception cref="FileNotFoundException">A file of a task is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the task.</exception>
    public TaskMixture LoadMixture(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('=') is [{ Length: > 0 } name, { Length: > 0 } tasks] && tasks.Split(',') is var names && names.All(task => task.Length > 0)
            ? new TaskMixture(name, [.. Load(Members(names), cancellationToken).Select(MixtureTask.FromTextTask)])
            : throw new ArgumentException($"Found the mixture '{text}', expected name=a,b,c with the names of its tasks or families.", nameof(text));
    }

    /// <summary>Finds pairs of which one task trains on what the other is judged by; the thread waits.</summary>
    /// <param name="tasks">Tasks of this folder, of distinct names.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>One entry for each source, target and split with a leak. Data sets are compared field by field, others by their whole inputs.</returns>
    public IReadOnlyList<TaskLeak> Leaks(IReadOnlyList<TextTask> tasks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        string[] known = [.. tasks.Select(task => task.Name).Where(_known.Contains)];
        IEnumerable<TaskLeak> byFields = known.Length > 0 ? TaskLeaks.Find(known, _root, cancellationToken: cancellationToken) : [];
        return [.. byFields.Concat(TaskLeaks.Find(tasks)).DistinctBy(leak => (leak.Source, leak.Target, leak.Split))];
    }

    private static bool IsOwn(string folder)
    {
        if (File.Exists(Path.Combine(folder, "task.json")))
        {
            return true;
        }

        DataRow? first = DataFile.Find(folder, "train").SelectMany(file => DataFile.Read(file)).FirstOrDefault();
        return first?.Fields.ContainsKey("input") == true && first.Fields.ContainsKey("target");
    }
}
