using System.Net.Http.Json;
using System.Text.Json;
using Spot.Inference;
using Spot.Library;

namespace Spot.Cli.Tests;

/// <summary><c>spot serve</c> answers as the library does, until it is stopped.</summary>
[Collection(ToolTests.Name)]
public sealed class ServeTests(TunedLibrary tuned)
{
    private const string Text = "sentence: The bridge is far too long.";

    [Fact]
    public async Task A_library_is_served_until_the_tool_is_stopped()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using LineWriter output = new();
        using StringWriter error = new();
        Task<int> serving = SpotTool.RunAsync(
            ["serve", "--urls", "http://127.0.0.1:0", "--preload", "books-0", "--precision", "Float32", "--device", "cpu", "--max-texts", "1"], new Terminal(TextReader.Null, output, error), stop.Token);
        string line = await output.FirstLine.WaitAsync(TimeSpan.FromMinutes(2), stop.Token);
        using HttpClient client = new() { BaseAddress = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..line.IndexOf(';', StringComparison.Ordinal)]) };
        while (!(await client.GetAsync(new Uri("/health/ready", UriKind.Relative), stop.Token)).IsSuccessStatusCode)
        {
            Assert.False(serving.IsCompleted, error.ToString());
            await Task.Delay(50, stop.Token);
        }

        JsonElement answer = await (await client.PostAsJsonAsync("/v1/prompts/books-0/classify", new { text = Text }, stop.Token)).Content.ReadFromJsonAsync<JsonElement>(stop.Token);
        using PromptLibrary library = PromptLibrary.Open("prompts");
        await using PromptInference inference = new(tuned.Backbone, library);
        ClassificationResult expected = await inference.ClassifyAsync(new PromptRequest(Text, "books-0"), null, stop.Token);
        Assert.Equal(expected.Label, answer.GetProperty("results")[0].GetProperty("label").GetString());
        HttpResponseMessage many = await client.PostAsJsonAsync("/v1/prompts/books-0/classify", new { texts = new[] { Text, Text } }, stop.Token);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, many.StatusCode); // --max-texts

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await serving.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_prompts_there_is_nothing_to_serve()
    {
        using Workplace place = new();
        Assert.Contains("expected a folder that 'spot tune' filled", await Workplace.RefusedAsync("serve"), StringComparison.Ordinal);
        tuned.CopyTo(place);
        await Workplace.DoneAsync("library", "remove", "books-0", "films-0");
        Assert.Contains("holds no prompts", await Workplace.RefusedAsync("serve"), StringComparison.Ordinal);
    }

    // Tells its first line as soon as it is there.
    private sealed class LineWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> FirstLine => _first.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            _first.TrySetResult(value ?? "");
        }
    }
}
