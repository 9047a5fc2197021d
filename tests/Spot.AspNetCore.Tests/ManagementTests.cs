using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests;

namespace Spot.AspNetCore.Tests;

/// <summary>Prompts that are put and deleted, on the bundled model.</summary>
[Collection(nameof(ManagementTests))]
public sealed class ManagementTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RunningServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private T5Backbone Backbone => _server.Application.Services.GetRequiredService<T5Backbone>();

    public async ValueTask InitializeAsync() => _server = await (await RunningServer.StartAsync(
        serving: serving => (serving.ManagementPolicy, serving.MaxPromptFileBytes) = ("manage", 100_000),
        compose: builder =>
        {
            builder.Services.Configure<SpotOptions>(spot => spot.Backbone.Precision = BackbonePrecision.Float32);
            builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, ByHeader>("test", null);
            builder.Services.AddAuthorizationBuilder().AddPolicy("manage", policy => policy.RequireClaim("may", "manage"));
        },
        map: (application, _) => application.UseAuthentication().UseAuthorization())).ReadyAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_prompt_of_each_format_is_put_answers_and_is_replaced_and_deleted()
    {
        SoftPrompt first = Models.Record("x", 1, Backbone.Fingerprint, Backbone.Config.Dim).Prompt, second = Models.Record("x", 2, Backbone.Fingerprint, Backbone.Config.Dim).Prompt;
        string npy = Path.Combine(_folder.Path, "prompt.npy"), safetensors = Path.Combine(_folder.Path, "prompt.safetensors");
        PromptFile.WriteNpy(npy, first);
        PromptFile.WriteSafetensors(safetensors, second);
        using HttpResponseMessage made = await PutAsync("mine?task=places&family=subjectivity&label=fact&label=opinion&maxInputLength=64&maxTargetLength=6&license=MIT", npy);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        PromptRecord kept = (await _server.Library.GetAsync("mine", Cancel))!;
        Assert.Equal(first.Values.ToArray(), kept.Prompt.Values.ToArray());
        Assert.Equal(("places", "subjectivity", 64, 6, "MIT", "spot-tiny"), (kept.Info.Task, kept.Info.Family!, kept.Info.MaxInputLength, kept.Info.MaxTargetLength, kept.Info.License!, kept.Info.BackboneName!));
        Assert.Equal(["fact", "opinion"], kept.Info.Labels);
        double before = await OpinionAsync();
        using HttpResponseMessage replaced = await PutAsync("mine?label=fact&label=opinion", safetensors);
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.NotEqual(before, await OpinionAsync()); // seen at once
        using HttpResponseMessage deleted = await _server.Client.SendAsync(Request(HttpMethod.Delete, "mine"), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await RunningServer.ProblemAsync(await _server.PostAsync("prompts/mine/classify", """{ "text": "a" }"""), 404);
        await RunningServer.ProblemAsync(await _server.Client.SendAsync(Request(HttpMethod.Delete, "mine"), Cancel), 404);
    }

    [Fact]
    public async Task What_is_refused_is_named_and_leaves_nothing_behind()
    {
        string[] before = [.. TemporaryFolders()];
        string narrow = Path.Combine(_folder.Path, "narrow.npy"), other = Path.Combine(_folder.Path, "other.safetensors"), text = Path.Combine(_folder.Path, "text"), large = Path.Combine(_folder.Path, "large");
        PromptFile.WriteNpy(narrow, Models.Record("x").Prompt);
        PromptFile.WriteSafetensors(other, Models.Record("x", 0, TestPaths.Fingerprint, Backbone.Config.Dim).Prompt);
        await File.WriteAllTextAsync(text, "no prompt at all", Cancel);
        await File.WriteAllBytesAsync(large, new byte[100_001], Cancel);
        foreach ((string file, int status, string said) in new[] { (narrow, 409, "8"), (other, 409, "backbone"), (text, 400, "none of the formats"), (large, 413, "") })
        {
            JsonElement problem = await RunningServer.ProblemAsync(await PutAsync("mine", file), status);
            Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Path.GetTempPath(), problem.GetRawText(), StringComparison.Ordinal);
        }

        string right = Path.Combine(_folder.Path, "right.npy");
        PromptFile.WriteNpy(right, Models.Record("x", 0, Backbone.Fingerprint, Backbone.Config.Dim).Prompt);
        await RunningServer.ProblemAsync(await PutAsync(".hidden", right), 400);
        await RunningServer.ProblemAsync(await PutAsync("mine?maxInputLength=0", right), 400);
        Assert.Empty((await _server.GetAsync("prompts")).GetProperty("prompts").EnumerateArray());
        Assert.Empty(TemporaryFolders().Except(before));
    }

    [Fact]
    public async Task Who_may_not_is_told()
    {
        using HttpRequestMessage nobody = new(HttpMethod.Delete, "/v1/prompts/mine"), another = Request(HttpMethod.Delete, "mine", may: "read");
        await RunningServer.ProblemAsync(await _server.Client.SendAsync(nobody, Cancel), 401);
        await RunningServer.ProblemAsync(await _server.Client.SendAsync(another, Cancel), 403);
        Assert.True((await _server.Client.GetAsync("/v1/prompts", Cancel)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task While_a_prompt_is_replaced_each_of_many_clients_gets_wholly_one_or_the_other()
    {
        string[] files = [Path.Combine(_folder.Path, "0.npy"), Path.Combine(_folder.Path, "1.npy")];
        List<double> known = [];
        foreach ((int i, string file) in files.Index())
        {
            PromptFile.WriteNpy(file, Models.Record("x", i + 1, Backbone.Fingerprint, Backbone.Config.Dim).Prompt);
            (await PutAsync("mine?label=fact&label=opinion", file)).Dispose();
            known.Add(await OpinionAsync());
        }

        Assert.True(Math.Abs(known[0] - known[1]) > 0.01);
        int answered = 0;
        Task<double[]>[] clients = [.. Enumerable.Range(0, 32).Select(async _ =>
        {
            List<double> found = [];
            for (int i = 0; i < 10; i++)
            {
                found.Add(await OpinionAsync());
                Interlocked.Increment(ref answered);
            }

            return found.ToArray();
        })];
        for (int i = 0; answered < 320 && !clients.Any(client => client.IsFaulted); i++)
        {
            using HttpResponseMessage replaced = await PutAsync("mine?label=fact&label=opinion", files[i % 2]);
            Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        }

        double[] all = [.. (await Task.WhenAll(clients)).SelectMany(found => found)];
        Assert.All(all, one => Assert.True(known.Any(value => Math.Abs(value - one) < 1e-3), $"{one}, expected {known[0]} or {known[1]}"));
    }

    private static IEnumerable<string> TemporaryFolders() => Directory.EnumerateDirectories(Path.GetTempPath(), "spot-put-*");

    private async Task<double> OpinionAsync() =>
        (await _server.AnswerAsync("prompts/mine/classify", """{ "text": "sentence: Far too long." }""")).GetProperty("results")[0].GetProperty("labels")[1].GetProperty("logProbability").GetDouble();

    private async Task<HttpResponseMessage> PutAsync(string idAndQuery, string file)
    {
        using HttpRequestMessage request = Request(HttpMethod.Put, idAndQuery);
        request.Content = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
        request.Content.Headers.ContentType = new("application/octet-stream");
        return await _server.Client.SendAsync(request, Cancel);
    }

    private static HttpRequestMessage Request(HttpMethod method, string idAndQuery, string may = "manage")
    {
        HttpRequestMessage request = new(method, "/v1/prompts/" + idAndQuery);
        request.Headers.Add("may", may);
        return request;
    }

    private sealed class ByHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["may"] is [{ } may]
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim("may", may)], "test")), "test"))
            : AuthenticateResult.NoResult());
    }
}
