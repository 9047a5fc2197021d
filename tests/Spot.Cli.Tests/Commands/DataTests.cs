using System.Text.Json;
using Spot.Tasks;

namespace Spot.Cli.Tests;

/// <summary>The commands of data and models.</summary>
[Collection(ToolTests.Name)]
public class DataTests
{
    private const string Reviews = """
        text,stars
        "A fine, quiet film.",good
        Far too long.,bad
        I liked it.,good
        A waste of time.,bad
        Splendid!,good
        Dull.,bad
        Very funny.,good
        Never again.,bad
        "He said ""great"".",good
        Noisy and empty.,bad

        """;

    [Fact]
    public async Task A_file_becomes_a_task_folder_with_every_row_in_one_split()
    {
        using Workplace place = new();
        await File.WriteAllTextAsync("reviews.csv", Reviews, TestContext.Current.CancellationToken);
        string[] command = ["data", "split", "reviews.csv", "--output", "reviews", "--input", "review: {text}", "--target", "stars"];
        JsonElement json = (await Workplace.DoneAsync([.. command, "--json"])).Json;
        Assert.Equal((6, 2, 2), (json.GetProperty("train").GetInt32(), json.GetProperty("validation").GetInt32(), json.GetProperty("test").GetInt32()));
        TextTask task = TaskFolder.Load("reviews");
        Assert.Equal(["bad", "good"], task.Labels);
        TextExample[] rows = [.. task.Train, .. task.Validation, .. task.Test];
        string[] expected = ["A fine, quiet film.", "Far too long.", "I liked it.", "A waste of time.", "Splendid!", "Dull.", "Very funny.", "Never again.", "He said \"great\".", "Noisy and empty."];
        Assert.Equal(expected.Select(text => "review: " + text).Order(StringComparer.Ordinal), rows.Select(row => row.Input).Order(StringComparer.Ordinal));
        Assert.Equal("good", rows.Single(row => row.Input.Contains("great", StringComparison.Ordinal)).Target);

        Assert.Contains("'reviews' is not empty", await Workplace.RefusedAsync(command), StringComparison.Ordinal);
        await Workplace.DoneAsync("data", "split", "reviews.csv", "--output", "again", "--input", "review: {text}", "--target", "stars");
        Assert.Equal(await File.ReadAllTextAsync("reviews/train.jsonl", TestContext.Current.CancellationToken), await File.ReadAllTextAsync("again/train.jsonl", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("found no field 'body', only 'text', 'stars'", "--input", "{body}", "--target", "stars")]
    [InlineData("field 'label'", "--input", "text", "--target", "label")]
    [InlineData("expected shares above 0", "--input", "text", "--target", "stars", "--validation-share", "0.6", "--test-share", "0.5")]
    [InlineData("expected a number such as", "--input", "text", "--target", "stars", "--test-share", "half")]
    public async Task A_file_that_does_not_fit_is_refused_and_nothing_is_written(string expected, params string[] settings)
    {
        using Workplace place = new();
        await File.WriteAllTextAsync("reviews.csv", Reviews, TestContext.Current.CancellationToken);
        Assert.Contains(expected, await Workplace.RefusedAsync(["data", "split", "reviews.csv", "--output", "reviews", .. settings]), StringComparison.Ordinal);
        Assert.False(Directory.Exists("reviews"));
    }

    [Fact]
    public async Task Another_separator_is_recognised_and_can_be_given()
    {
        using Workplace place = new();
        await File.WriteAllTextAsync("reviews.csv", Reviews.Replace(',', ';'), TestContext.Current.CancellationToken);
        string[] command = ["data", "split", "reviews.csv", "--output", "reviews", "--input", "text", "--target", "stars"];
        Assert.Contains("'reviews.csv', line 2", await Workplace.RefusedAsync(command), StringComparison.Ordinal);
        await File.WriteAllTextAsync("plain.csv", "text;stars\nA;good\n", TestContext.Current.CancellationToken);
        Assert.Contains("set --separator", await Workplace.RefusedAsync(["data", "split", "plain.csv", .. command[3..]]), StringComparison.Ordinal);
        await Workplace.DoneAsync([.. command, "--separator", ";"]);
        Assert.Equal(6, TaskFolder.Load("reviews").Train.Count);
    }

    [Fact]
    public async Task A_report_and_leaks_are_the_librarys_own()
    {
        using Workplace place = new();
        string data = Path.GetDirectoryName(Workplace.Task("books"))!;
        JsonElement report = (await Workplace.DoneAsync("data", "report", Workplace.Task("books"), "--json")).Json;
        TextTask books = TaskFolder.Load(Workplace.Task("books"));
        Assert.Equal((books.Train.Count, books.Validation.Count, books.Test.Count), (Rows(0), Rows(1), Rows(2)));
        Assert.Contains("train labels: fact", (await Workplace.DoneAsync("data", "report", Workplace.Task("books"))).Out, StringComparison.Ordinal);
        Assert.Empty((await Workplace.DoneAsync("data", "leaks", data, "--json")).Json.GetProperty("leaks").EnumerateArray());

        // A task that trains on what books is judged by.
        Directory.CreateDirectory("books");
        Directory.CreateDirectory("thief");
        foreach (string file in Directory.EnumerateFiles(Workplace.Task("books")))
        {
            File.Copy(file, Path.Combine("books", Path.GetFileName(file)));
        }

        File.Copy("books/test.jsonl", "thief/train.jsonl");
        File.Copy("books/validation.jsonl", "thief/validation.jsonl");
        JsonElement leak = (await Workplace.DoneAsync("data", "leaks", place.Folder, "--json")).Json.GetProperty("leaks")[0];
        TaskLeak expected = TaskLeaks.Find(TaskFolder.LoadAll(place.Folder))[0];
        Assert.Equal(("thief", "books", "test", expected.Rows), (leak.GetProperty("source").GetString(), leak.GetProperty("target").GetString(), leak.GetProperty("split").GetString(), leak.GetProperty("rows").GetInt32()));

        int Rows(int split) => report.GetProperty("splits")[split].GetProperty("rows").GetInt32();
    }

    [Fact]
    public async Task A_task_of_the_paper_is_read_by_its_name()
    {
        using Workplace place = new();
        Directory.CreateDirectory("data/rte");
        foreach (string split in (string[])["train", "validation"])
        {
            await File.WriteAllLinesAsync($"data/rte/{split}.jsonl", Enumerable.Range(0, 4).Select(i => $$"""{"sentence1": "{{split}} {{i}}", "sentence2": "b", "label": {{i % 2}}}"""), TestContext.Current.CancellationToken);
        }

        JsonElement report = (await Workplace.DoneAsync("data", "report", "data", "--task", "rte", "--json")).Json;
        Assert.Equal("rte", report.GetProperty("task").GetString());
        Assert.Contains("'rta'", await Workplace.RefusedAsync("data", "report", "data", "--task", "rta"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_described_and_how_to_get_another_one_is_said()
    {
        JsonElement info = (await Workplace.DoneAsync("model", "info", "--device", "cpu", "--json")).Json;
        using JsonDocument config = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Spot.Tests.TestPaths.RepositoryRoot, "models", "spot-tiny", "config.json"), TestContext.Current.CancellationToken));
        Assert.Equal(config.RootElement.GetProperty("d_model").GetInt32(), info.GetProperty("config").GetProperty("dim").GetInt32());
        Assert.Equal(64, info.GetProperty("fingerprint").GetString()!.Length);
        string guide = await File.ReadAllTextAsync(Path.Combine(Spot.Tests.TestPaths.RepositoryRoot, "docs", "models.md"), TestContext.Current.CancellationToken);
        foreach (string repository in (string[])["google/flan-t5-base", "google/t5-base-lm-adapt"])
        {
            string command = (await Workplace.DoneAsync("model", "fetch-help", repository, "--json")).Json.GetProperty("commands")[0].GetString()!;
            Assert.Contains(command, guide, StringComparison.Ordinal);
        }

        Assert.Contains("expected OWNER/NAME", await Workplace.RefusedAsync("model", "fetch-help", "flan"), StringComparison.Ordinal);
    }
}
