using System.Text.Json;

namespace Spot.Cli.Tests;

/// <summary><c>--dry-run</c> says what a command would take, and does nothing.</summary>
[Collection(ToolTests.Name)]
public sealed class DryRunTests(TunedLibrary tuned)
{
    [Fact]
    public async Task A_run_is_estimated_and_not_begun()
    {
        using Workplace place = new();
        Answer answer = await Workplace.DoneAsync("tune", Workplace.Task("books"), "--dry-run", "--steps", "37", "--evaluate-every", "10", "--max-validation-examples", "4");
        Assert.Contains("37 steps and 4 evaluations", answer.Out, StringComparison.Ordinal);
        Assert.Contains("--steps 37", answer.Out, StringComparison.Ordinal); // what to do next
        Assert.DoesNotContain("--dry-run", answer.Out, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.Folder));
    }

    [Theory]
    [InlineData("best", 2, 2 * 20 + 5)]
    [InlineData("average", 1, 20 + 5)]
    [InlineData("mixture", 1, 2 * 20 + 5)]
    [InlineData("oracle", 2, 2 * 20)]
    [InlineData("none", 1, 20)]
    [InlineData("best", 3, (3 * 20) + 5, "--or-no-transfer")]
    public async Task A_transfer_is_estimated_with_all_its_runs(string strategy, int runs, int steps, params string[] settings)
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        JsonElement json = (await Workplace.DoneAsync(
            ["transfer", Workplace.Task("places"), "--strategy", strategy, "--dry-run", "--steps", "20", "--embedding-step", "5", "--max-validation-examples", "4", "--json", .. settings,
            .. strategy == "mixture" ? (string[])["--sources", Path.GetDirectoryName(Workplace.Task("books"))!] : []])).Json;
        Assert.Equal((runs, steps), (json.GetProperty("runs").GetInt32(), json.GetProperty("steps").GetInt32()));
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.False(Directory.Exists("runs"));
    }

    [Fact]
    public async Task A_study_is_estimated_with_all_its_units()
    {
        using Workplace place = new();
        JsonElement json = (await Workplace.DoneAsync(
            "study", "run", "--output", "study", "--data", Path.GetDirectoryName(Workplace.Task("books"))!, "--dry-run", "--json", "--sources", "books", "films", "--targets", "places", "--source-seeds", "0",
            "--target-seeds", "0", "--source-steps", "30", "--target-steps", "20", "--embedding-step", "5", "--max-validation-examples", "4", "--average-of-top-k-values", "none", "--mixture-of-top-k-values", "none")).Json;
        int sources = 2 * 30, embedding = 5, baseline = 20, transfers = 2 * 20;
        Assert.Equal(sources + embedding + baseline + transfers, json.GetProperty("steps").GetInt32());
        Assert.False(Directory.Exists("study"));
    }
}
