using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Reports;

public class TaskLeaksTests
{
    [Fact]
    public void Counts_rows_of_the_target_that_the_source_trains_on()
    {
        const string shared = "The quick brown fox jumps";
        TextTask source = Task("source", ["the QUICK, brown fox - jumps!", "something else that is long"], ["nothing of interest in this"]);
        TextTask target = Task("target", ["no such text in any other"], [shared, "too short", "another text of five words", shared + "."]);
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
        foreach (JsonElement row in GoldenData.Json(Path.Combine(root!, "cross_task_leak.json")).EnumerateArray())
        {
            (string source, string target, string split) = (row[1].GetString()!, row[2].GetString()!, row[3].GetString()!);
            if (names.Contains(source) && names.Contains(target))
            {
                TaskLeak? leak = leaks.FirstOrDefault(leak => leak.Source == source && leak.Target == target && leak.Split == split);
                double expected = row[0].GetDouble();
                // The reference compares more strictly, so it finds less.
                Assert.True(leak is not null && leak.Share > expected - 1e-9, $"{source} → {target} {split}: {leak?.Share} instead of {expected}");
            }
        }
    }

    private static TextTask Task(string name, string[] train, string[] validation) => new(
        name, [], [.. train.Select(text => new TextExample(text, "x"))], [.. validation.Select(text => new TextExample(text, "x"))]);
}
