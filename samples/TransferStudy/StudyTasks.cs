using Spot.Tasks;

namespace Spot.Samples.TransferStudy;

/// <summary>The tasks of a study: folders of one's own, or data sets by the names that the paper gives them.</summary>
internal sealed class StudyTasks
{
    // The bundled tasks: one source of each family, and targets that have a relative among them.
    private static readonly string[] SampleSources = ["books", "films", "home", "requests"], SampleTargets = ["places", "trips", "work"];

    private static readonly string[] PaperTargets = ["boolq", "cola", "stsb", "wic", "cr", "mrpc", "rte", "wsc", "copa", "cb"];

    // The paper's, by size, and others of their kinds for where those are not to be had.
    private static readonly (string Name, string? StandIn)[] PaperSources =
    [
        ("c4", null), ("doc_nli", "fever_nli"), ("yelp_2", "imdb"), ("mnli", null), ("qqp", null), ("qnli", null), ("record", null), ("cxc", "sick_r"), ("squad", null),
        ("drop", null), ("sst2", null), ("winogrande", null), ("hellaswag", null), ("multirc", null), ("cosmos_qa", null),
        ("race", "dream"),
    ];

    private readonly string _root;
    private readonly string[] _own;
    private readonly HashSet<string> _known;

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">It holds no task.</exception>
    public StudyTasks(string root)
    {
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
    }

    /// <summary>All names.</summary>
    private IEnumerable<string> Names => _own.Concat(_known).Order(StringComparer.Ordinal);

    /// <summary>The names to use where the command line gives none.</summary>
    /// <returns>Sources, targets, and what of the paper's tasks is not there, in words; null where nothing is missing.</returns>
    public (string[] Sources, string[] Targets, string? Missing) Choose(Settings settings)
    {
        string[] names = [.. Names];
        settings = settings with { Sources = Members(settings.Sources), Targets = Members(settings.Targets) };
        bool samples = SampleSources.Concat(SampleTargets).All(names.Contains);
        string[] targets = settings.Targets.Length > 0 ? settings.Targets : samples ? SampleTargets : [.. PaperTargets.Where(names.Contains)];
        string[] sources = settings.Sources.Length > 0
            ? settings.Sources
            : samples ? settings.Preset == Preset.Smoke ? SampleSources : names
            : [.. PaperSources.Select(source => names.Contains(source.Name) ? source.Name : source.StandIn).OfType<string>().Where(names.Contains).Except(targets)];
        string? missing = samples ? null : Missing([.. settings.Targets.Length > 0 ? [] : PaperTargets, .. settings.Sources.Length > 0 ? [] : PaperSources.Select(source => source.Name)], sources);
        if (targets.Length == 0 || sources.Length == 0)
        {
            throw new ArgumentException($"Which tasks of '{_root}' are sources and which are targets? Name them with --sources and --targets; there are {string.Join(", ", names)}. {missing}");
        }

        return (sources, targets, missing);
    }

    // A family's name stands for those of its members that are there.
    private string[] Members(string[] names) => [.. names.SelectMany(name =>
        Names.Contains(name) || TaskFamily.All.FirstOrDefault(family => family.Name == name) is not { } family ? [name] : family.Members.Where(Names.Contains))];

    private string? Missing(IEnumerable<string> wanted, string[] sources)
    {
        string[] missing = [.. wanted.Except(Names)];
        string[] standIns = [.. PaperSources.Where(source => missing.Contains(source.Name) && sources.Contains(source.StandIn)).Select(source => $"{source.StandIn} for {source.Name}")];
        return missing.Length == 0 ? null
            : $"Of the paper's tasks '{_root}' has no data of {string.Join(", ", missing)}{(standIns.Length > 0 ? $"; taken instead are {string.Join(", ", standIns)}" : "")}.";
    }

    /// <summary>Reads tasks.</summary>
    public TextTask[] Load(string[] names, CancellationToken cancellationToken)
    {
        string[] unknown = [.. names.Where(name => !_own.Contains(name) && !_known.Contains(name))];
        return unknown.Length == 0
            ? [.. names.Select(name => _own.Contains(name) ? TaskFolder.Load(Path.Combine(_root, name)) : TaskRegistry.Load(name, _root, cancellationToken: cancellationToken))]
            : throw new ArgumentException($"No task {string.Join(", ", unknown.Select(name => $"'{name}'"))} in '{_root}'; there are {string.Join(", ", Names)}.");
    }

    /// <summary>
    /// A target as the study judges it: by at most so many rows while it is tuned and twice as many at the end, in a fixed random order. Without a test
    /// split the other validation rows, at least half of them, are one, so that no run is reported by the rows that chose it.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="most">Validation rows; null for all.</param>
    /// <param name="trainRows">Training rows, of a fixed random order; null for all.</param>
    public static TextTask Judged(TextTask task, int? most, int? trainRows)
    {
        TextExample[] train = [.. task.Train];
        if (trainRows < train.Length)
        {
            new Random(0).Shuffle(train);
            train = train[..trainRows.Value];
        }

        int rows = most ?? int.MaxValue / 2;
        TextExample[] validation = [.. task.Validation], test = [.. task.Test];
        Random random = new(0);
        random.Shuffle(validation);
        random.Shuffle(test);
        if (test.Length == 0 && validation.Length > 1)
        {
            int chosenBy = Math.Min(rows, validation.Length / 2);
            (validation, test) = (validation[..chosenBy], validation[chosenBy..]);
        }

        return new TextTask(task.Name, task.Labels, train, [.. validation.Take(rows)], [.. test.Take(2 * rows)], task.Family, task.Metrics);
    }

    /// <summary>Pairs of which one task trains on what the other is judged by.</summary>
    public IReadOnlyList<TaskLeak> Leaks(TextTask[] tasks, CancellationToken cancellationToken)
    {
        // By name the data's fields are compared; of other pairs only the whole inputs are known.
        string[] known = [.. tasks.Select(task => task.Name).Where(_known.Contains)];
        IEnumerable<TaskLeak> byFields = known.Length > 0 ? TaskLeaks.Find(known, _root, cancellationToken: cancellationToken) : [];
        return [.. byFields.Concat(TaskLeaks.Find(tasks)).DistinctBy(leak => (leak.Source, leak.Target, leak.Split))];
    }

    // A task of one's own says how its rows are written, or they have the fields that need no saying.
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
