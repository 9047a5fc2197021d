using System.Text.Json;
using Spot.PostgreSql.Tests;
using Spot.Studies;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Cli.Tests;

/// <summary>The commands of studies give what the library gives.</summary>
[Collection(ToolTests.Name)]
public sealed class StudyTests(TunedLibrary tuned)
{
    private static readonly string Data = Path.GetDirectoryName(Workplace.Task("books"))!;

    private static readonly string[] Settings =
    [
        "--data", Data, "--recipe", "small", "--sources", "books", "films", "--targets", "places", "--source-seeds", "0", "--target-seeds", "0", "1", "--source-steps", "2", "--target-steps", "2",
        "--embedding-step", "1", "--max-validation-examples", "10", "--prompt-length", "5", "--best-of-top-k-values", "1", "9", "--racing-of-top-k-values", "2", "--average-of-top-k-values", "2",
        "--mixture-of-top-k-values", "none", "--similarities", "AverageDisplacement",
    ];

    private static readonly string[] Float32 = ["--precision", "Float32", "--device", "cpu"];

    [Fact]
    public async Task A_study_is_the_librarys_own_goes_on_and_is_reported()
    {
        using Workplace place = new();
        JsonElement json = (await Workplace.DoneAsync(["study", "run", "--output", "study", "--json", .. Settings, .. Float32])).Json;
        using Study study = new(Plan(), "own", tuned.Backbone.Identity, new PromptTuner(tuned.Backbone), new PromptEvaluator(tuned.Backbone), new TaskEmbedder(new PromptTuner(tuned.Backbone)));
        await study.RunAsync(null, null, TestContext.Current.CancellationToken);
        StudyResult expected = await study.ResultAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected.Test!.Table.Select(row => (row.Strategy.ToString(), row.Score.Mean)), Rows(json));
        Assert.Equal(0, json.GetProperty("missing").GetInt32());
        Assert.True(File.Exists("study/report/report.html"));

        Answer report = await Workplace.DoneAsync(["study", "report", "--output", "study", "--data", Data, "--json", .. Float32]);
        Assert.Equal(Rows(json), Rows(report.Json));
        Answer again = await Workplace.DoneAsync(["study", "run", "--output", "study", .. Settings, .. Float32]);
        Assert.Contains("Oracle", again.Out, StringComparison.Ordinal);
        string[] other = [.. Settings.Select((word, index) => index > 0 && Settings[index - 1] == "--target-steps" ? "3" : word)];
        string refused = await Workplace.RefusedAsync(["study", "run", "--output", "study", .. other, .. Float32]);
        Assert.Contains("study/units", refused, StringComparison.Ordinal);
        Assert.Contains("Steps", refused, StringComparison.OrdinalIgnoreCase);
        await Workplace.DoneAsync(["study", "report", "--output", "study", "--data", Data, .. Float32]); // the refused settings were not kept
    }

    [Fact]
    public async Task Mixtures_and_the_methods_of_the_papers_first_table_are_asked_for_by_name()
    {
        using Workplace place = new();
        string[] methods =
        [
            "--data", Data, "--recipe", "small", "--sources", "none", "--mixture", "both=books,films", "--targets", "places", "books", "--target-rows", "20", "--test-rows", "12", "--source-seeds", "0",
            "--target-seeds", "0", "--source-steps", "2", "--target-steps", "2", "--embedding-step", "1", "--max-validation-examples", "4", "--prompt-length", "5", "--average-of-top-k-values", "none",
            "--mixture-of-top-k-values", "none", "--similarities", "AverageDisplacement", "--few-shot", "--model-tuning", "--multi-task-model-tuning",
        ];
        Assert.Equal(0, (await Workplace.DoneAsync(["study", "run", "--output", "study", "--json", .. methods, .. Float32])).Json.GetProperty("missing").GetInt32());
        string tables = File.ReadAllText("study/report/tables.md");
        string[] rows = ["few-shot", "prompt tuning", "transfer from the mixture both", "model tuning", "multi-task model tuning, both"];
        Assert.All(rows, row => Assert.Contains($"\n| {row} |", tables, StringComparison.Ordinal));
        Assert.Contains("Left out", tables, StringComparison.Ordinal); // books is part of the mixture
        Assert.Contains("name=a,b,c", await Workplace.RefusedAsync(["study", "run", "--output", "other", "--data", Data, "--recipe", "small", "--mixture", "both"]), StringComparison.Ordinal);
        Assert.Contains("a database does not have", await Workplace.RefusedAsync(["study", "submit", "--study", "x", "--database", "Host=127.0.0.1;Port=1", .. methods]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_search_a_study_is_smaller()
    {
        using Workplace place = new();
        JsonElement json = (await Workplace.DoneAsync(["study", "run", "--output", "study", "--json", "--exhaustive", "false", .. Settings, .. Float32])).Json;
        Assert.Equal(["Baseline", "Restarts", "WeightedAverage"], Rows(json).Select(row => row.Item1));
    }

    [Fact]
    public async Task Shards_are_put_together()
    {
        using Workplace place = new();
        await Workplace.DoneAsync(["study", "run", "--output", "one", "--shard", "1/2", .. Settings, .. Float32]);
        Answer both = await Workplace.DoneAsync(["study", "run", "--output", "two", "--shard", "2/2", "--merge", "one", .. Settings, .. Float32]);
        Assert.Contains("Merged one", both.Out, StringComparison.Ordinal);
        Answer first = await Workplace.DoneAsync(["study", "run", "--output", "one", "--shard", "1/2", "--merge", "two", "--json", .. Settings, .. Float32]);
        Assert.Equal(0, first.Json.GetProperty("missing").GetInt32());
    }

    [Theory]
    [InlineData("No task 'nix'", "--data", "DATA", "--sources", "nix")]
    [InlineData("Found no --recipe", "--data", "DATA", "--model", "elsewhere")]
    [InlineData("expected a whole number", "--data", "DATA", "--source-seeds", "first")]
    [InlineData("expected i/n", "--data", "DATA", "--shard", "3/2")]
    [InlineData("No folder", "--data", "nowhere")]
    public async Task What_is_wrong_is_said_before_anything_is_made(string expected, params string[] settings)
    {
        using Workplace place = new();
        Assert.Contains(expected, await Workplace.RefusedAsync(["study", "run", "--output", "study", .. settings.Select(word => word == "DATA" ? Data : word)]), StringComparison.Ordinal);
        Assert.False(Directory.Exists("study"));
    }

    [Fact]
    public async Task A_study_in_a_database_is_submitted_worked_on_watched_and_reported()
    {
        PostgresServer server = await PostgresServer.GetAsync();
        string database = await server.CreateDatabaseAsync();
        using Workplace place = new();
        string[] where = ["--database", database];
        Assert.Contains("Found no study 'small'", await Workplace.RefusedAsync(["study", "status", "--study", "small", .. where]), StringComparison.Ordinal);
        Assert.True((await Workplace.DoneAsync(["study", "submit", "--study", "small", "--json", .. where, .. Settings])).Json.GetProperty("enqueued").GetInt32() > 0);
        Assert.Contains("Nobody has worked", await Workplace.RefusedAsync(["study", "report", "--study", "small", "--data", Data, "--output", "report", .. where]), StringComparison.Ordinal);
        await Workplace.DoneAsync(["study", "work", "--data", Data, "--until-ended", "small", .. where, .. Float32]);
        JsonElement status = (await Workplace.DoneAsync(["study", "status", "--study", "small", "--json", .. where])).Json;
        Assert.Equal((true, status.GetProperty("total").GetInt32()), (status.GetProperty("isEnded").GetBoolean(), status.GetProperty("done").GetInt32()));
        JsonElement inDatabase = (await Workplace.DoneAsync(["study", "report", "--study", "small", "--data", Data, "--output", "report", "--json", .. where])).Json;
        JsonElement inFolder = (await Workplace.DoneAsync(["study", "run", "--output", "study", "--json", .. Settings, .. Float32])).Json;
        Assert.Equal(Rows(inFolder), Rows(inDatabase));
        Assert.True(File.Exists("report/report.html"));
    }

    [Fact]
    public async Task A_database_that_is_not_there_or_not_said_is_no_crash()
    {
        using Workplace place = new();
        Assert.StartsWith("Error: ", await Workplace.RefusedAsync("study", "status", "--study", "x", "--database", "Host=127.0.0.1;Port=1;Username=spot;Timeout=2"), StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("SPOT_DATABASE") is null)
        {
            Assert.Contains("SPOT_DATABASE", await Workplace.RefusedAsync("study", "status", "--study", "x"), StringComparison.Ordinal);
        }
    }

    // What the settings say, in the library's own words.
    private static StudyPlan Plan()
    {
        TuningOptions source = TuningOptions.SmallModel(), target = TuningOptions.SmallModel();
        foreach (TuningOptions options in (TuningOptions[])[source, target])
        {
            (options.Steps, options.EmbeddingStep, options.EvaluateEvery, options.MaxValidationExamples, options.PromptLength) = (2, 1, 2, 10, 5);
        }

        target.Initialization = PromptInitialization.ClassLabels;
        return new StudyPlan
        {
            Sources = [.. new[] { "books", "films" }.Select(name => TaskFolder.Load(Workplace.Task(name)))],
            Targets = [StudyTarget.Of(TaskFolder.Load(Workplace.Task("places")), 10)],
            SourceSeeds = [0],
            TargetSeeds = [0, 1],
            SourceOptions = source,
            TargetOptions = target,
            BestOfTopKValues = [1, 2],
            RacingOfTopKValues = [2],
            AverageOfTopKValues = [2],
            MixtureOfTopKValues = [],
            Similarities = [PromptSimilarity.AverageDisplacement],
        };
    }

    private static IEnumerable<(string, double)> Rows(JsonElement json) =>
        [.. json.GetProperty("table").EnumerateArray().Select(row => (row.GetProperty("strategy").GetString()!, row.GetProperty("score").GetDouble()))];
}
