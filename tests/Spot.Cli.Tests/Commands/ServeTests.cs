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
        (Task<int> serving, HttpClient opened) = await ServeAsync(stop.Token, "--preload", "books-0", "--max-texts", "1");
        using HttpClient client = opened;
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
    public async Task With_a_key_in_the_environment_only_who_sends_it_is_answered()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable(ServeCommand.KeyVariable, "open sesame");
        try
        {
            (Task<int> serving, HttpClient opened) = await ServeAsync(stop.Token);
            using HttpClient client = opened;
            foreach ((string? sent, int expected) in new[] { (null, 401), ("Bearer open", 401), ("Basic open sesame", 401), ("Bearer", 401), ("Bearer open sesame", 200), ("bearer open sesame", 200) })
            {
                using HttpRequestMessage request = new(HttpMethod.Get, "/v1/prompts");
                request.Headers.TryAddWithoutValidation("Authorization", sent);
                using HttpResponseMessage response = await client.SendAsync(request, stop.Token);
                Assert.Equal(expected, (int)response.StatusCode);
                Assert.Equal(expected == 401 ? ["Bearer"] : [], response.Headers.WwwAuthenticate.Select(header => header.ToString()));
            }

            await stop.CancelAsync();
            Assert.Equal(ExitCode.Done, await serving.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        }
        finally
        {
            Environment.SetEnvironmentVariable(ServeCommand.KeyVariable, null);
        }
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

    // Until it is ready; a client of its address.
    private static async Task<(Task<int> Serving, HttpClient Client)> ServeAsync(CancellationToken stop, params string[] options)
    {
        LineWriter output = new();
        StringWriter error = new();
        Task<int> serving = SpotTool.RunAsync(["serve", "--urls", "http://127.0.0.1:0", "--precision", "Float32", "--device", "cpu", .. options], new Terminal(TextReader.Null, output, error), stop);
        string line = await output.FirstLine.WaitAsync(TimeSpan.FromMinutes(2), stop);
        HttpClient client = new() { BaseAddress = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..line.IndexOf(';', StringComparison.Ordinal)]) };
        while (!(await client.GetAsync(new Uri("/health/ready", UriKind.Relative), stop)).IsSuccessStatusCode)
        {
            Assert.False(serving.IsCompleted, error.ToString());
            await Task.Delay(50, stop);
        }

        return (serving, client);
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
