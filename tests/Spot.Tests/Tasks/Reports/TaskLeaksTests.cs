using System.Text.Json;
using Spot.Tasks;
using Spot.Tests.Tuning;

namespace Spot.Tests.Tasks.Reports;

public class TaskLeaksTests
{
    [Fact]
    public void Counts_rows_of_the_target_that_the_source_trains_on()
    {
        const string shared = "The quick brown fox jumps over";
        TextTask source = Task("source", ["the QUICK, brown fox - jumps ov-er!", "something else that is long", "It is a good day!"], ["nothing of interest in this"]);
        TextTask target = Task("target", ["no such text in any other"], [shared, "it is a good day", "another text of five words", shared + "."]);
        TaskLeak leak = Assert.Single(TaskLeaks.Find([source, target]));
        Assert.Equal(("source", "target", "validation", 2, 4), (leak.Source, leak.Target, leak.Split, leak.Rows, leak.Of));
        Assert.Equal([0, 3], leak.First);
        Assert.Equal(0.5, leak.Share);
    }

    [Fact]
    public void Finds_the_leaks_of_the_data_folders()
    {
        string? root = TestPaths.Shared("data");
        Assert.SkipWhen(root is null, "The task data are not there; set SPOT_SHARED to the folder that holds 'data'.");
        string[] names = [.. Directory.GetDirectories(root!).Where(folder => File.Exists(Path.Combine(folder, "train.jsonl.gz"))).Select(folder => Path.GetFileName(folder)!)];
        IReadOnlyList<TaskLeak> leaks = TaskLeaks.Find(names, root!, cancellationToken: TestContext.Current.CancellationToken);
        JsonElement[] listed = [.. GoldenData.Json(Path.Combine(root!, "cross_task_leak.json")).EnumerateArray()
            .Where(row => names.Contains(row[1].GetString()) && names.Contains(row[2].GetString()))];
        Assert.NotEmpty(listed);
        Assert.All(listed, row => Assert.Contains(leaks, leak => (leak.Source, leak.Target, leak.Split, leak.Rows, leak.Of)
            == (row[1].GetString(), row[2].GetString(), row[3].GetString(), row[4].GetInt32(), row[5].GetInt32())));

        // The list ends at a share.
        double least = listed.Min(row => row[0].GetDouble());
        Assert.Equal(listed.Length, leaks.Count(leak => leak.Share >= least));
    }

    private static TextTask Task(string name, string[] train, string[] validation) => new(
        name, [], [.. train.Select(text => new TextExample(text, "x"))], [.. validation.Select(text => new TextExample(text, "x"))]);
}
