using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Spot.AspNetCore.Tests;

/// <summary>Every error, told as a problem; and bodies of those who mean harm.</summary>
public sealed class ErrorTests : IAsyncLifetime
{
    private static readonly string[] Asking = ["generate", "classify", "embed"];

    private readonly FakeInference _fake = new();
    private RunningServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await (await RunningServer.StartAsync(
        _fake, compose: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1000, TimeSpan.FromSeconds(1.5))))).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("none", 404, "Found no prompt 'none'")]
    [InlineData("other", 409, "another backbone")]
    [InlineData("wrong", 400, "Found TopK 3 without a Temperature.")]
    [InlineData("full", 429, "1024 requests")]
    [InlineData("late", 504, "no answer after 1 s")]
    [InlineData("closed", 503, "Send it again later")]
    public async Task What_inference_refuses_is_told(string id, int status, string detail)
    {
        foreach (string what in Asking)
        {
            using HttpResponseMessage response = await _server.PostAsync($"prompts/{id}/{what}", """{ "text": "hello" }""");
            JsonElement problem = await RunningServer.ProblemAsync(response, status);
            Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("Parameter", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(status switch { 429 => "3", 503 => "1", _ => null }, response.Headers.RetryAfter?.ToString());
        }
    }

    [Fact]
    public async Task What_is_the_servers_fault_is_told_without_its_cause()
    {
        JsonElement problem = await RunningServer.ProblemAsync(await _server.PostAsync("prompts/damaged/classify", """{ "text": "hello" }"""), 500);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(_server.Log.Lines, line => line.Contains("/secret/folder/damaged.json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prompts/p/generate", "{ }", "text")]
    [InlineData("prompts/p/generate", """{ "text": "a", "texts": ["b"] }""", "text")]
    [InlineData("prompts/p/generate", """{ "text": " " }""", "text")]
    [InlineData("prompts/p/generate", """{ "texts": [] }""", "texts")]
    [InlineData("prompts/p/generate", """{ "texts": ["a", ""] }""", "texts[1]")]
    [InlineData("prompts/p/generate", """{ "texts": ["a", null] }""", "texts[1]")]
    [InlineData("prompts/p/generate", """{ "texts": ["a", 3] }""", "texts[1]")]
    [InlineData("prompts/p/generate", """{ "text": "a", "topK": -1 }""", "topK")]
    [InlineData("prompts/p/generate", """{ "text": "a", "topK": 1.5 }""", "topK")]
    [InlineData("prompts/p/generate", """{ "text": "a", "maxNewTokens": 1025 }""", "maxNewTokens")]
    [InlineData("prompts/p/generate", """{ "text": "a", "temperature": -0.1 }""", "temperature")]
    [InlineData("prompts/p/generate", """{ "text": "a", "stop": null }""", "stop")]
    [InlineData("prompts/p/generate", """{ "text": "a", "temprature": 1 }""", "temprature")]
    [InlineData("prompts/p/generate", """{ "texts": ["a"], "stream": true }""", "stream")]
    [InlineData("prompts/p/generate", """{ "text": "a", "timeoutSeconds": 0 }""", "timeoutSeconds")]
    [InlineData("prompts/p/generate", """{ "text": "a", "maxInputTokens": 0 }""", "maxInputTokens")]
    [InlineData("prompts/p/classify", """{ "text": "a", "abstainBelow": 1.1 }""", "abstainBelow")]
    [InlineData("prompts/p/score", """{ "text": "a" }""", "targets")]
    [InlineData("prompts/p/score", """{ "text": "a", "targets": [] }""", "targets")]
    [InlineData("prompts/search", "{ }", "id")]
    [InlineData("prompts/search", """{ "id": "p", "similarity": "cosine" }""", "similarity")]
    [InlineData("prompts/search", """{ "id": "p", "similarity": 1 }""", "similarity")]
    [InlineData("prompts/search", """{ "id": "p", "k": 0 }""", "k")]
    [InlineData("completions", """{ "prompt": "a" }""", "model")]
    [InlineData("completions", """{ "model": "", "prompt": "a" }""", "model")]
    [InlineData("completions", """{ "model": "p", "prompt": [1, 2] }""", "prompt")]
    [InlineData("completions", """{ "model": "p", "prompt": "a", "max_tokens": 9999 }""", "max_tokens")]
    [InlineData("completions", """{ "model": "p", "prompt": "a", "logprobs": 1 }""", "logprobs")]
    [InlineData("completions", """{ "model": "p", "prompt": "a", "echo": true }""", "echo")]
    [InlineData("completions", """{ "model": "p", "prompt": "a", "presence_penalty": 0.5 }""", "presence_penalty")]
    [InlineData("embeddings", """{ "model": "p", "input": "a", "encoding_format": "int8" }""", "encoding_format")]
    [InlineData("embeddings", """{ "model": "p", "input": "a", "dimensions": 2 }""", "dimensions")]
    [InlineData("embeddings", "[]", "body")]
    [InlineData("embeddings", "null", "body")]
    [InlineData("embeddings", "", "body")]
    [InlineData("embeddings", "model", "body")]
    [InlineData("prompts/p/generate", "{ \"text\": \"\\ud800\" }", "text")]
    public async Task A_wrong_field_is_named(string path, string json, string field)
    {
        JsonElement problem = await RunningServer.ProblemAsync(await _server.PostAsync(path, json), 400);
        JsonProperty error = Assert.Single(problem.GetProperty("errors").EnumerateObject());
        Assert.Equal(field, error.Name);
        Assert.NotEmpty(error.Value[0].GetString()!);
    }

    [Fact]
    public async Task Deep_json_and_bytes_that_are_no_text_are_refused()
    {
        await RunningServer.ProblemAsync(await _server.PostAsync("prompts/p/generate", "{ \"text\": " + new string('[', 100_000)), 400);
        await RunningServer.ProblemAsync(await _server.PostAsync("completions", "{ \"user\": " + new string('[', 100_000)), 400);
        using ByteArrayContent bytes = new([(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        bytes.Headers.ContentType = new("application/json");
        await RunningServer.ProblemAsync(await _server.Client.PostAsync("/v1/completions", bytes, Cancel), 400);
    }

    [Fact]
    public async Task What_is_not_called_json_is_refused()
    {
        using StringContent form = new("""{ "text": "hello" }""", Encoding.UTF8, "application/x-www-form-urlencoded");
        await RunningServer.ProblemAsync(await _server.Client.PostAsync("/v1/prompts/p/generate", form, Cancel), 415);
    }

    [Fact]
    public async Task Paths_and_methods_that_are_not_there_are_problems_too()
    {
        await RunningServer.ProblemAsync(await _server.Client.GetAsync("/v1/nothing", Cancel), 404);
        await RunningServer.ProblemAsync(await _server.Client.DeleteAsync("/v1/models", Cancel), 405);
        await RunningServer.ProblemAsync(await _server.Client.DeleteAsync("/v1/prompts/p0", Cancel), 405); // nothing is managed by default
        await RunningServer.ProblemAsync(await _server.Client.GetAsync("/v1/prompts/p0", Cancel), 404);
        await RunningServer.ProblemAsync(await _server.Client.GetAsync("/v1/prompts/..%2F..%2Fetc", Cancel), 404);
        await RunningServer.ProblemAsync(await _server.Client.GetAsync("/v1/models/p0", Cancel), 404);
        await RunningServer.ProblemAsync(await _server.Client.GetAsync("/v1/prompts?limit=0", Cancel), 400);
        await RunningServer.ProblemAsync(await _server.Client.GetAsync("/v1/prompts?limit=x", Cancel), 400);
    }

    [Fact]
    public async Task A_body_of_a_gigabyte_is_refused_by_its_head_alone()
    {
        string answer = await RawAsync("POST /v1/prompts/p/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_a_length_is_refused_once_it_is_too_large()
    {
        string chunk = "10000\r\n" + new string(' ', 0x10000) + "\r\n";
        string answer = await RawAsync(
            "POST /v1/prompts/p/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat(chunk, 17)));
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_client_is_refused_and_harms_no_other()
    {
        Task<string> slow = RawAsync("POST /v1/prompts/p/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
        for (int i = 0; i < 20; i++)
        {
            await _server.AnswerAsync("prompts/films/generate", """{ "text": "hello" }""");
        }

        Assert.StartsWith("HTTP/1.1 408", await slow, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_takes_its_request_out()
    {
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using StringContent body = new("""{ "text": "hello" }""", Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> request = _server.Client.PostAsync("/v1/prompts/waits/classify", body, leave.Token);
        await _fake.Asked;
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await _fake.Cancelled.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        await RunningServer.UntilAsync(() => Task.FromResult(_server.Log.Lines.Any(line => line.Contains("/v1/prompts/waits/classify - 499", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task While_the_model_loads_every_endpoint_says_so()
    {
        TaskCompletionSource loading = new();
        await using RunningServer server = await RunningServer.StartAsync(new FakeInference { Loading = loading.Task });
        using HttpResponseMessage refused = await server.PostAsync("prompts/films/generate", """{ "text": "hello" }""");
        Assert.Contains("loads its model", (await RunningServer.ProblemAsync(refused, 503)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Client.GetAsync("/health/ready", Cancel)).StatusCode);
        loading.SetResult();
        await server.ReadyAsync();
        await server.AnswerAsync("prompts/films/generate", """{ "text": "hello" }""");
    }

    [Fact]
    public async Task A_host_that_stops_answers_what_is_under_way_and_refuses_the_rest()
    {
        using Socket socket = await ConnectAsync(); // is there before, as those that were kept alive are
        Task<HttpResponseMessage> under = _server.PostAsync("prompts/waits/generate", """{ "text": "hello" }""");
        await _fake.Asked;
        IHostApplicationLifetime lifetime = _server.Application.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.StopApplication();
        Assert.Contains("The server stops", await ExchangeAsync(socket, "GET /v1/prompts HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Task stopped = _server.Application.StopAsync(Cancel);
        _fake.Release();
        Assert.Equal(HttpStatusCode.OK, (await under).StatusCode);
        await stopped;
    }

    [Fact]
    public async Task What_is_not_answered_in_the_time_to_drain_is_told()
    {
        FakeInference fake = new();
        await using RunningServer server = await (await RunningServer.StartAsync(fake, serving => serving.DrainTime = TimeSpan.FromMilliseconds(50))).ReadyAsync();
        Task<HttpResponseMessage> under = server.PostAsync("prompts/waits/generate", """{ "text": "hello" }""");
        await fake.Asked;
        await server.Application.StopAsync(Cancel);
        await RunningServer.ProblemAsync(await under, 503);
    }

    private Task<Socket> ConnectAsync() => Task.Run(async () =>
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _server.Address.Port, Cancel);
        return socket;
    });

    private async Task<string> RawAsync(string request)
    {
        using Socket socket = await ConnectAsync();
        return await ExchangeAsync(socket, request);
    }

    // Sends, and reads until the end of the connection or of a body.
    private static async Task<string> ExchangeAsync(Socket socket, string request)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancel);
        StringBuilder answer = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int read;
            try
            {
                read = await socket.ReceiveAsync(buffer, Cancel);
            }
            catch (SocketException)
            {
                read = 0;
            }

            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            if (read == 0 || answer.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            {
                return answer.ToString();
            }
        }
    }
}
