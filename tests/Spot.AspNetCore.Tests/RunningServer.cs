using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spot.Tests;

namespace Spot.AspNetCore.Tests;

/// <summary>A server on a port of the loopback interface, as an application composes it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly TempFolder _folder;

    private RunningServer(WebApplication application, LogLines log, TempFolder folder) => (Application, Log, _folder) = (application, log, folder);

    public WebApplication Application { get; }

    /// <summary>What was logged.</summary>
    public LogLines Log { get; }

    public HttpClient Client { get; private set; } = null!;

    public Uri Address => Client.BaseAddress!;

    public IPromptLibrary Library => Application.Services.GetRequiredService<IPromptLibrary>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="inference">What answers; null for the bundled model.</param>
    /// <param name="serving">Sets the options.</param>
    /// <param name="compose">Adds services and settings.</param>
    /// <param name="map">What is attached to the endpoints.</param>
    public static async Task<RunningServer> StartAsync(
        IPromptInference? inference = null, Action<ServingOptions>? serving = null, Action<WebApplicationBuilder>? compose = null, Action<WebApplication, IEndpointConventionBuilder>? map = null)
    {
        TempFolder folder = new();
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        LogLines log = new();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (inference is not null)
        {
            builder.Services.AddSingleton(inference);
        }

        string library = Path.Combine(folder.Path, "prompts");
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.LibraryPath, spot.Backbone.Device) = (Models.SpotTiny, library, "cpu")).AddInference().AddServing(serving);
        compose?.Invoke(builder);
        WebApplication application = builder.Build();
        application.UseStatusCodePages();
        application.UseExceptionHandler();
        RouteGroupBuilder group = application.MapSpot();
        map?.Invoke(application, group);
        application.MapHealthChecks("/health/ready");
        RunningServer server = new(application, log, folder);
        await application.StartAsync(Cancel);
        string address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        server.Client = new HttpClient { BaseAddress = new Uri(address) };
        return server;
    }

    /// <summary>Waits until requests are taken.</summary>
    public async Task<RunningServer> ReadyAsync()
    {
        await UntilAsync(async () => (await Client.GetAsync("/health/ready", Cancel)).IsSuccessStatusCode);
        return this;
    }

    /// <summary>Waits until something is so; what is not so after two minutes never will be.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Client.PostAsync("/v1/" + path, new StringContent(json, Encoding.UTF8, "application/json"), Cancel);

    /// <summary>The JSON of an answer that must be a success.</summary>
    public async Task<JsonElement> AnswerAsync(string path, string json)
    {
        using HttpResponseMessage response = await PostAsync(path, json);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    public async Task<JsonElement> GetAsync(string path) => await Client.GetFromJsonAsync<JsonElement>("/v1/" + path, Cancel);

    /// <summary>The problem that an answer must be.</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, int status)
    {
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}, expected {status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonElement.Parse(text);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Application.DisposeAsync();
        _folder.Dispose();
    }
}
