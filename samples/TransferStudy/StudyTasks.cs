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

    private readonly TaskCatalog _catalog;
    private readonly string _root;

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">It holds no task.</exception>
    public StudyTasks(string root) => (_catalog, _root) = (new TaskCatalog(root), Path.GetFullPath(root));

    /// <summary>The names to use where the command line gives none.</summary>
    /// <returns>Sources, targets, and what of the paper's tasks is not there, in words; null where nothing is missing.</returns>
    public (string[] Sources, string[] Targets, string? Missing) Choose(Settings settings)
    {
        string[] names = [.. _catalog.Names];
        bool onlyMixtures = settings.Sources is ["none"] && settings.Mixtures.Length > 0;
        settings = settings with { Sources = onlyMixtures ? [] : [.. _catalog.Members(settings.Sources)], Targets = [.. _catalog.Members(settings.Targets)] };
        bool given = onlyMixtures || settings.Sources.Length > 0;
        bool samples = SampleSources.Concat(SampleTargets).All(names.Contains);
        string[] targets = settings.Targets.Length > 0 ? settings.Targets : samples ? SampleTargets : [.. PaperTargets.Where(names.Contains)];
        string[] sources = given
            ? settings.Sources
            : samples ? settings.Preset == Preset.Smoke ? SampleSources : names
            : [.. PaperSources.Select(source => names.Contains(source.Name) ? source.Name : source.StandIn).OfType<string>().Where(names.Contains).Except(targets)];
        string? missing = samples ? null : Missing([.. settings.Targets.Length > 0 ? [] : PaperTargets, .. given ? [] : PaperSources.Select(source => source.Name)], sources);
        if (targets.Length == 0 || (sources.Length == 0 && !onlyMixtures))
        {
            throw new ArgumentException($"Which tasks of '{_root}' are sources and which are targets? Name them with --sources and --targets; there are {string.Join(", ", names)}. {missing}");
        }

        return (sources, targets, missing);
    }

    private string? Missing(IEnumerable<string> wanted, string[] sources)
    {
        string[] missing = [.. wanted.Except(_catalog.Names)];
        string[] standIns = [.. PaperSources.Where(source => missing.Contains(source.Name) && sources.Contains(source.StandIn)).Select(source => $"{source.StandIn} for {source.Name}")];
        return missing.Length == 0 ? null
            : $"Of the paper's tasks '{_root}' has no data of {string.Join(", ", missing)}{(standIns.Length > 0 ? $"; taken instead are {string.Join(", ", standIns)}" : "")}.";
    }

    /// <summary>Reads tasks.</summary>
    public TextTask[] Load(string[] names, CancellationToken cancellationToken) => [.. _catalog.Load(names, cancellationToken)];

    /// <summary>Reads a mixture, <c>name=a,b,c</c>.</summary>
    public TaskMixture LoadMixture(string text, CancellationToken cancellationToken) => _catalog.LoadMixture(text, cancellationToken);

    /// <summary>Pairs of which one task trains on what the other is judged by.</summary>
    public IReadOnlyList<TaskLeak> Leaks(TextTask[] tasks, CancellationToken cancellationToken) => _catalog.Leaks(tasks, cancellationToken);
}
