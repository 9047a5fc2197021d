using System.Runtime.CompilerServices;

namespace Spot.Tasks;

/// <summary>The study's tasks by name, read from folders of data files.</summary>
/// <remarks>
/// A task's folder holds <c>train</c> and <c>validation</c> (or <c>dev</c>), and possibly <c>test</c>, in any format of <see cref="DataFile"/>, with
/// the field names of the public data sets. Names are those of the formats (<see cref="TextFormat.Names"/>), of the data sets that have a format
/// of their own, or of a data set's folder. <c>c4</c> is raw text, which is streamed (<see cref="TextFiles"/>). Safe for concurrent calls.
/// </remarks>
public static class TaskRegistry
{
    /// <summary>All names, in ordinal order: those of the ready tasks and of the formats that were registered.</summary>
    public static IReadOnlyList<string> Names =>
        [.. FormatTable.Data.Select(entry => entry.Name).Concat(TextFormat.Names).Append(RawText.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Makes a format known by its name, as a task whose data lie in a folder of that name, for the rest of this process.</summary>
    /// <param name="format">The format.</param>
    /// <exception cref="ArgumentException">There is a format or task of that name already.</exception>
    public static void Register(TextFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        Register([format], []);
    }

    /// <summary>Makes a family known by its name for the rest of this process.</summary>
    /// <param name="family">The family; its members and stand-ins are tasks that are known already.</param>
    /// <exception cref="ArgumentException">There is a family of that name already, it has no name or members, or one of its tasks is not known.</exception>
    public static void Register(TaskFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        Register([], [family]);
    }

    /// <summary>Makes the formats and families of a JSON file known by their names for the rest of this process, all or none.</summary>
    /// <param name="path">
    /// The file: <c>{"formats": […], "families": [{"name": "reviews", "members": ["stars", "cr"], "standIns": []}]}</c>, formats as for
    /// <see cref="TextFormat.Load"/>. Both keys are optional.
    /// </param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It says something else; the message says where and what is expected.</exception>
    /// <exception cref="ArgumentException">A name is taken, or a task of a family is not known.</exception>
    public static void RegisterFrom(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (IReadOnlyList<TextFormat> formats, IReadOnlyList<TaskFamily> families) = RegistrationFile.Read(path);
        Register(formats, families);
    }

    /// <summary>Reads a task; the thread waits. Asynchronous code takes <see cref="LoadAsync(string, string, TaskLoadOptions?, CancellationToken)"/>.</summary>
    /// <inheritdoc cref="LoadAsync(string, string, TaskLoadOptions?, CancellationToken)"/>
    public static TextTask Load(string name, string folder, TaskLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadAsync(name, folder, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Reads a task of the user's own format; the thread waits.</summary>
    /// <inheritdoc cref="LoadAsync(TextFormat, string, TaskLoadOptions?, CancellationToken)"/>
    public static TextTask Load(TextFormat format, string folder, TaskLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadAsync(format, folder, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Reads a task.</summary>
    /// <param name="name">One of <see cref="Names"/>, or the name of a data set's folder.</param>
    /// <param name="folder">The task's own folder, or the one that holds a folder for each data set.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>The task; its test split is empty where there is no test file or its labels are hidden.</returns>
    /// <exception cref="ArgumentException">There is no such task; the message names similar ones.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The training or validation file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the format; the message names file and row.</exception>
    public static Task<TextTask> LoadAsync(string name, string folder, TaskLoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        TaskLoadOptions own = TaskLoadOptions.CopyOf(options);
        return Task.Run(() => ReadAsync(name, folder, own, cancellationToken), cancellationToken);
    }

    /// <summary>Reads a task of the user's own format.</summary>
    /// <param name="format">The format; its name is the task's.</param>
    /// <param name="folder">The task's own folder, or one that holds a folder of the format's name.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <inheritdoc cref="LoadAsync(string, string, TaskLoadOptions?, CancellationToken)"/>
    public static Task<TextTask> LoadAsync(TextFormat format, string folder, TaskLoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        TaskLoadOptions own = TaskLoadOptions.CopyOf(options);
        return Task.Run(() => ReadAsync(format, folder, own, cancellationToken), cancellationToken);
    }

    /// <summary>The names of the tasks whose data are there.</summary>
    /// <param name="root">The folder that holds a folder for each data set.</param>
    /// <returns>Those of <see cref="Names"/> that <see cref="Load(string, string, TaskLoadOptions?, CancellationToken)"/> can read, in ordinal order.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> Available(string root)
    {
        CheckFolder(root);
        return [.. Names.Where(name => name == RawText.Name ? RawText.IsThere(root) : Places(name, Resolve(name).Folder, root).Any(HasData))];
    }

    /// <summary>The rows of a task's data as they stand in its files.</summary>
    internal static async IAsyncEnumerable<(string Split, DataRow Row)> RowsAsync(
        string name, string folder, TaskLoadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (name == RawText.Name)
        {
            yield break; // it is streamed
        }

        (string task, string place, TextFormat format) = Resolve(StyledName.Of(name, options.Style));
        foreach ((string split, IReadOnlyList<string> files) in TaskSplits.Of(FolderOf(task, place, folder)))
        {
            await foreach (DataRow row in TaskSplits.RowsAsync(files, format, options, cancellationToken).ConfigureAwait(false))
            {
                yield return (split, row);
            }
        }
    }

    private static Task<TextTask> ReadAsync(string name, string folder, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        if (name == RawText.Name)
        {
            return Task.FromResult(RawText.Load(folder, options));
        }

        (string task, string place, TextFormat format) = Resolve(StyledName.Of(name, options?.Style ?? TaskStyle.Default));
        return ReadAsync(task, format, FolderOf(task, place, folder), options, cancellationToken);
    }

    private static Task<TextTask> ReadAsync(TextFormat format, string folder, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(format);
        return ReadAsync(format.Name, format, FolderOf(format.Name, format.Name, folder), options, cancellationToken);
    }

    private static async Task<TextTask> ReadAsync(string name, TextFormat format, string folder, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TaskLoadOptions();
        Dictionary<string, List<TextExample>> examples = new(StringComparer.Ordinal);
        foreach ((string split, IReadOnlyList<string> files) in TaskSplits.Of(folder))
        {
            if (files.Count == 0 && split != "test")
            {
                throw new FileNotFoundException(
                    $"No {split} data in '{Path.GetFullPath(folder)}': expected a file such as {split}.jsonl, {split}.csv, {split}.tsv, {split}.parquet, or one of them with .gz.");
            }

            examples[split] = await TaskSplits.ExamplesAsync(files, split, format, options, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return new TextTask(
                name, format.IsClosed ? format.Labels : [], examples["train"], examples["validation"], examples["test"], TaskFamily.Of(name), format.Metrics);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"'{Path.GetFullPath(folder)}' holds no usable task '{name}': {e.Message}", e);
        }
    }

    // Everything is checked before a format is added: all or none.
    private static void Register(IReadOnlyList<TextFormat> formats, IReadOnlyList<TaskFamily> families)
    {
        string[] ready = [.. Names], known = [.. ready, .. formats.Select(format => format.Name)];
        foreach (TaskFamily family in families)
        {
            family.CheckTasks(known);
        }

        TaskFamily.CheckNames(families);
        FormatTable.Added.Add(formats, name => ready.Contains(name, StringComparer.Ordinal));
        TaskFamily.Add(families);
    }

    private static (string Task, string Folder, TextFormat Format) Resolve(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        DataEntry? entry = FormatTable.Data.FirstOrDefault(entry => entry.Name == name) ?? FormatTable.Data.FirstOrDefault(entry => entry.Folder == name && entry.Default);
        return entry is not null ? (entry.Name, entry.Folder, entry.Format) : (name, name, TextFormat.Named(name));
    }

    private static string FolderOf(string name, string place, string folder)
    {
        CheckFolder(folder);
        string[] below = [.. Places(name, place, folder)];
        return HasData(folder) ? folder : below.FirstOrDefault(HasData) ?? below.FirstOrDefault(Directory.Exists) ?? folder;
    }

    // A folder of the task's own name comes first: several tasks may share the other one.
    private static IEnumerable<string> Places(string name, string place, string root) => [Path.Combine(root, name), Path.Combine(root, place)];

    private static void CheckFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"No folder '{Path.GetFullPath(folder)}'. Expected the data of a task, or a folder that holds such folders.");
        }
    }

    private static bool HasData(string folder) => Directory.Exists(folder) && DataFile.Find(folder, "train").Count > 0;
}
