using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Spot.AspNetCore.Tests;

/// <summary>What an application attaches to the endpoints, and how it registers them.</summary>
public sealed class GroupTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rate_limits_attach_as_to_any_endpoint()
    {
        await using RunningServer server = await (await RunningServer.StartAsync(
            new FakeInference(),
            compose: builder => builder.Services.AddRateLimiter(limiter =>
            {
                limiter.RejectionStatusCode = 429;
                limiter.AddFixedWindowLimiter("few", window => (window.PermitLimit, window.Window) = (2, TimeSpan.FromHours(1)));
            }),
            map: (application, group) =>
            {
                application.UseRateLimiter();
                group.RequireRateLimiting("few");
            })).ReadyAsync();
        for (int i = 0; i < 2; i++)
        {
            await server.AnswerAsync("prompts/films/generate", """{ "text": "hello" }""");
        }

        await RunningServer.ProblemAsync(await server.PostAsync("prompts/films/generate", """{ "text": "hello" }"""), 429);
    }

    [Fact]
    public async Task The_document_names_every_path_every_error_and_an_example()
    {
        await using RunningServer server = await (await RunningServer.StartAsync(
            new FakeInference(),
            serving => serving.ManagementPolicy = "manage",
            builder =>
            {
                builder.Services.AddOpenApi();
                builder.Services.AddAuthorizationBuilder().AddPolicy("manage", policy => policy.RequireAssertion(_ => true));
            },
            (application, _) => application.MapOpenApi())).ReadyAsync();
        JsonElement document = JsonElement.Parse(await server.Client.GetStringAsync("/openapi/v1.json", Cancel));
        Dictionary<string, string> operations = document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/v1/", StringComparison.Ordinal))
            .ToDictionary(path => path.Name, path => string.Join(' ', path.Value.EnumerateObject().Select(operation => operation.Name)));
        Assert.Equal(
            [
                "/v1/completions post", "/v1/embeddings post", "/v1/models get", "/v1/models/{id} get", "/v1/prompts get", "/v1/prompts/search post", "/v1/prompts/{id} get put delete",
                "/v1/prompts/{id}/classify post", "/v1/prompts/{id}/embed post", "/v1/prompts/{id}/generate post", "/v1/prompts/{id}/score post",
            ],
            operations.Select(path => $"{path.Key} {path.Value}").Order(StringComparer.Ordinal));
        JsonElement put = document.GetProperty("paths").GetProperty("/v1/prompts/{id}").GetProperty("put").GetProperty("requestBody").GetProperty("content");
        Assert.Equal(["application/octet-stream", "multipart/form-data"], put.EnumerateObject().Select(type => type.Name));
        Assert.Equal("binary", put.GetProperty("multipart/form-data").GetProperty("schema").GetProperty("properties").GetProperty("file").GetProperty("items").GetProperty("format").GetString());
        JsonElement generate = document.GetProperty("paths").GetProperty("/v1/prompts/{id}/generate").GetProperty("post");
        Assert.Equal(["200", "400", "404", "409", "413", "415", "429", "499", "503", "504"], generate.GetProperty("responses").EnumerateObject().Select(response => response.Name).Order());
        Assert.Equal(["application/json", "text/event-stream"], generate.GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject().Select(type => type.Name));
        JsonElement body = generate.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        Assert.Equal(8, body.GetProperty("example").GetProperty("maxNewTokens").GetInt32());
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.True(schemas.GetProperty("GenerateBody").GetProperty("properties").TryGetProperty("topK", out _));
        Assert.True(schemas.GetProperty("CompletionBody").GetProperty("properties").TryGetProperty("max_tokens", out _));
    }

    [Fact]
    public async Task Registrations_are_served_side_by_side()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddKeyedSingleton<IPromptInference>("one", new FakeInference());
        builder.Services.AddKeyedSingleton<IPromptInference>("two", new FakeInference());
        builder.Services.AddKeyedSpot("one").AddServing(serving => serving.MaxTexts = 1);
        builder.Services.AddKeyedSpot("two").AddServing().AddServing(serving => serving.MaxTexts = 2);
        await using WebApplication application = builder.Build();
        application.MapSpot("/one", "one");
        application.MapSpot("/two", "two");
        await application.StartAsync(Cancel);
        using HttpClient client = new() { BaseAddress = new Uri(application.Urls.Single()) };
        foreach ((string path, HttpStatusCode expected) in new[] { ("one", HttpStatusCode.BadRequest), ("two", HttpStatusCode.OK) })
        {
            HttpStatusCode found = 0;
            await RunningServer.UntilAsync(async () =>
            {
                using StringContent body = new("""{ "texts": ["a", "b"] }""", System.Text.Encoding.UTF8, "application/json");
                found = (await client.PostAsync($"/{path}/prompts/p/generate", body, Cancel)).StatusCode;
                return found != HttpStatusCode.ServiceUnavailable;
            });
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void What_is_missing_or_out_of_range_is_told_at_the_start()
    {
        WebApplicationBuilder bare = WebApplication.CreateBuilder();
        bare.Services.AddSpot();
        InvalidOperationException missing = Assert.Throws<InvalidOperationException>(() => bare.Build().MapSpot());
        Assert.Contains("Call AddServing()", missing.Message, StringComparison.Ordinal);

        using ServiceProvider wrong = new ServiceCollection().AddSpot().AddServing(serving => (serving.MaxTexts, serving.Timeout, serving.ManagementPolicy) = (0, TimeSpan.Zero, ""))
            .Services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(wrong.GetRequiredService<IStartupValidator>().Validate);
        Assert.Equal(
            ["ServingOptions.ManagementPolicy is ''", "ServingOptions.MaxTexts is '0'", "ServingOptions.Timeout is '00:00:00'"],
            error.Failures.Select(failure => failure.Split(';')[0]).Order());
    }
}
