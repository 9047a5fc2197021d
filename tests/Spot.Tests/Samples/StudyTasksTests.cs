using Spot.Backbone;
using Spot.Samples.TransferStudy;
using Spot.Studies;
using Spot.Tests.Backbone;
using Spot.Tests.Library;
using Spot.Tests.Transfer;
using Spot.Transfer;

namespace Spot.Tests.Samples;

/// <summary>Which tasks the study's program takes where the command line names none.</summary>
public sealed class StudyTasksTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_missing_of_the_papers_tasks_is_told()
    {
        Nli("cb");
        Nli("mnli");
        StudyTasks tasks = new(_folder.Path);
        (string[] sources, string[] targets, string? missing) = tasks.Choose(Settings());
        Assert.Equal(["mnli"], sources);
        Assert.Equal(["cb"], targets);
        Assert.Equal(
            $"Of the paper's tasks '{_folder.Path}' has no data of boolq, cola, stsb, wic, cr, mrpc, rte, wsc, copa, c4, doc_nli, yelp_2, qqp, qnli, record, cxc, squad, "
            + "drop, sst2, winogrande, hellaswag, multirc, cosmos_qa, race.",
            missing);

        // What the command line names is no one's default, so only the other list can miss anything.
        missing = tasks.Choose(Settings(sources: ["mnli"])).Missing;
        Assert.EndsWith("has no data of boolq, cola, stsb, wic, cr, mrpc, rte, wsc, copa.", missing, StringComparison.Ordinal);
        Assert.Null(tasks.Choose(Settings(["mnli"], ["cb"])).Missing);
        Assert.Null(new StudyTasks(Path.Combine(TestPaths.RepositoryRoot, "samples", "data")).Choose(Settings()).Missing);
    }

    [Fact]
    public void All_sources_of_the_paper_are_found_by_name_and_stand_ins_only_where_one_is_not_there()
    {
        string[] folders = ["doc_nli", "yelp_polarity", "mnli", "qqp", "qnli", "record", "cxc", "squad", "drop", "sst2", "winogrande", "hellaswag", "multirc", "cosmos_qa", "race"];
        foreach (string folder in folders.Append("cb"))
        {
            Nli(folder);
        }

        string c4 = Directory.CreateDirectory(Path.Combine(_folder.Path, "c4")).FullName;
        File.WriteAllText(Path.Combine(c4, "c4-train.00000-of-00001.json.gz"), """{"text": "Some running text."}""");
        File.WriteAllText(Path.Combine(c4, "c4-validation.00000-of-00001.json.gz"), """{"text": "Some other text."}""");
        (string[] sources, _, string? missing) = new StudyTasks(_folder.Path).Choose(Settings() with { Preset = Preset.Full });
        Assert.Equal(16, sources.Length);
        Assert.Equal(["c4", .. folders.Select(folder => folder == "yelp_polarity" ? "yelp_2" : folder)], sources);
        Assert.EndsWith("has no data of boolq, cola, stsb, wic, cr, mrpc, rte, wsc, copa.", missing, StringComparison.Ordinal);

        Directory.Delete(Path.Combine(_folder.Path, "cxc"), recursive: true);
        Directory.Delete(Path.Combine(_folder.Path, "race"), recursive: true);
        foreach (string folder in new[] { "imdb", "dream" })
        {
            Nli(folder);
        }

        (sources, _, missing) = new StudyTasks(_folder.Path).Choose(Settings() with { Preset = Preset.Full });
        Assert.Equal("dream", sources[^1]);
        Assert.Contains("yelp_2", sources);
        Assert.DoesNotContain("imdb", sources);
        Assert.EndsWith("copa, cxc, race; taken instead are dream for race.", missing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(Preset.Smoke))]
    [InlineData(nameof(Preset.Small))]
    public void The_bundled_sources_hold_the_kind_of_every_target_and_others(string preset)
    {
        StudyTasks tasks = new(Path.Combine(TestPaths.RepositoryRoot, "samples", "data"));
        (string[] sources, string[] targets, _) = tasks.Choose(Settings() with { Preset = Enum.Parse<Preset>(preset) });
        TextTask[] from = tasks.Load(sources, TestContext.Current.CancellationToken), to = tasks.Load(targets, TestContext.Current.CancellationToken);
        Assert.All(to, target => Assert.Contains(from, source => source.Family == target.Family && source.Name != target.Name));
        Assert.All(to, target => Assert.Contains(from, source => source.Family != target.Family));
    }

    [Fact]
    public void Where_nothing_can_be_chosen_the_error_tells_too()
    {
        Nli("mnli");
        string message = Assert.Throws<ArgumentException>(() => new StudyTasks(_folder.Path).Choose(Settings())).Message;
        Assert.Contains("Name them with --sources and --targets; there are mnli.", message, StringComparison.Ordinal);
        Assert.Contains("has no data of boolq, cola", message, StringComparison.Ordinal);
    }

    /// <summary>Settings of the full preset.</summary>
    internal static Settings Settings(string[]? sources = null, string[]? targets = null, string data = "") => new()
    {
        Preset = Preset.Full,
        Model = "",
        Data = data,
        Sources = sources ?? [],
        Targets = targets ?? [],
        Output = "",
        Resume = false,
        Shard = StudyShard.All,
        Merge = [],
        ReportOnly = false,
        LabelRows = false,
        Device = TestDevice.Name,
        Precision = BackbonePrecision.Float32,
    };

    private void Nli(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        foreach (string split in new[] { "train", "validation" })
        {
            File.WriteAllText(Path.Combine(folder, split + ".jsonl"), """{"premise": "a", "hypothesis": "b", "label": 0}""");
        }
    }
}
