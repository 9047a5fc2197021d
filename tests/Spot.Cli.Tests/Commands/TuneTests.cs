using System.Text.Json;
using Spot.Library;
using Spot.Tasks;
using Spot.Tuning;

namespace Spot.Cli.Tests;

/// <summary><c>spot tune</c> gives what the library gives.</summary>
[Collection(ToolTests.Name)]
public sealed class TuneTests(TunedLibrary tuned)
{
    [Fact]
    public async Task A_tuned_prompt_is_the_librarys_own_and_kept_with_its_key()
    {
        using Workplace place = new();
        JsonElement json = (await Workplace.DoneAsync(["tune", Workplace.Task("books"), "--json", .. TunedLibrary.Recipe])).Json;
        PromptRecord expected = await tuned.PromptAsync("books-0");
        using PromptLibrary library = PromptLibrary.Open(Path.Combine(place.Folder, "prompts"));
        PromptRecord record = (await library.GetAsync("books-0", TestContext.Current.CancellationToken))!;
        Assert.Equal(expected.Prompt.Values.ToArray(), record.Prompt.Values.ToArray());
        Assert.Equal(expected.Embedding!.Prompt.Values.ToArray(), record.Embedding!.Prompt.Values.ToArray());
        Assert.Equal(expected.Info.Labels, record.Info.Labels);
        Assert.Equal(("books-0", expected.Info.Metrics["accuracy"]), (json.GetProperty("id").GetString(), json.GetProperty("metrics").GetProperty("accuracy").GetDouble()));
        Assert.True(File.Exists(Path.Combine(place.Folder, "runs", "books-0", "checkpoint.safetensors")));
    }

    [Fact]
    public async Task A_prompt_says_what_to_do_next_and_is_not_overwritten_by_mistake()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        string[] again = ["tune", Workplace.Task("books"), "--id", "second", "--start", "films-0", .. TunedLibrary.Recipe];
        Answer answer = await Workplace.DoneAsync(again);
        Assert.Contains("best score", answer.Out, StringComparison.Ordinal);
        Assert.Contains("Next: spot evaluate", answer.Out, StringComparison.Ordinal);
        Assert.Equal("", answer.Error);
        using (PromptLibrary library = PromptLibrary.Open(Path.Combine(place.Folder, "prompts")))
        {
            PromptRecord record = (await library.GetAsync("second", TestContext.Current.CancellationToken))!;
            TextTask books = TaskFolder.Load(Workplace.Task("books"));
            TuningResult expected = await new PromptTuner(tuned.Backbone).TuneAsync(books, TunedLibrary.Options(), (await tuned.PromptAsync("films-0")).Prompt, null, TestContext.Current.CancellationToken);
            Assert.Equal(expected.Best.Values.ToArray(), record.Prompt.Values.ToArray());
            Assert.Equal(["films-0"], record.Info.Lineage);
        }

        Assert.Contains("--replace", await Workplace.RefusedAsync(again), StringComparison.Ordinal);
        await Workplace.DoneAsync([.. again, "--replace"]);
    }

    [Fact]
    public async Task Wrong_files_are_named_and_said_how_to_mend()
    {
        using Workplace place = new();
        Assert.Contains("'nothing'", (await Workplace.RefusedAsync("tune", "nothing")).Replace(place.Folder + "/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await File.WriteAllTextAsync("reviews.csv", "text,stars\ngood,5\nbad,1\n", TestContext.Current.CancellationToken);
        Assert.Contains("spot data split reviews.csv", await Workplace.RefusedAsync("tune", "reviews.csv"), StringComparison.Ordinal);
        Directory.CreateDirectory("reviews");
        File.Copy("reviews.csv", "reviews/train.csv");
        File.Copy("reviews.csv", "reviews/validation.csv");
        string said = await Workplace.RefusedAsync("tune", "reviews");
        Assert.Contains("found no field 'input', only 'text', 'stars'", said, StringComparison.Ordinal);
        Assert.Contains("task.json", said, StringComparison.Ordinal);
        Assert.Contains("no prompt 'nix'", await Workplace.RefusedAsync("tune", Workplace.Task("books"), "--start", "nix"), StringComparison.Ordinal);
        Assert.Contains("No model folder", await Workplace.RefusedAsync("tune", Workplace.Task("books"), "--model", "elsewhere"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_ends_before_its_embedding_step_says_so()
    {
        using Workplace place = new();
        Answer answer = await Workplace.DoneAsync("tune", Workplace.Task("books"), "--steps", "1", "--max-validation-examples", "2");
        Assert.Contains("Lower --embedding-step to at most 1", answer.Error, StringComparison.Ordinal);
    }
}
