using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spot.Library;

namespace Spot.Benchmarks.Serving;

/// <summary>A server of the sample prompts on a port of the loopback interface, in this process. What is computed once is not kept, so that every request is computed.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _folder;

    private LoadServer(WebApplication application, string folder, HttpClient client) => (_application, _folder, Client) = (application, folder, client);

    public HttpClient Client { get; }

    public string LibraryPath => PromptsOf(_folder);

    public IPromptInference Inference => _application.Services.GetRequiredService<IPromptInference>();

    public IPromptLibrary Library => _application.Services.GetRequiredService<IPromptLibrary>();

    private static string PromptsOf(string folder) => Path.Combine(folder, "prompts");

    /// <summary>Starts it, and waits until it takes requests.</summary>
    public static async Task<LoadServer> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("spot-load-").FullName, prompts = PromptsOf(folder);
        using (PromptLibrary library = PromptLibrary.Open(prompts))
        {
            await library.ImportAsync(Path.Combine(Checkout.Root, "samples", "PromptServer", "prompts.zip"));
        }

        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSpot(spot =>
        {
            (spot.ModelPath, spot.LibraryPath) = (Path.Combine(Checkout.Root, "models", "spot-tiny"), prompts);
            (spot.Backbone.Device, spot.Backbone.Precision) = ("cpu", BackbonePrecision.Float32);
        }).AddInference(options => options.EncoderCacheBytes = 0).AddServing();
        WebApplication application = builder.Build();
        application.UseStatusCodePages();
        application.UseExceptionHandler();
        application.MapSpot();
        application.MapHealthChecks("/health/ready");
        await application.StartAsync();
        string address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        LoadServer server = new(application, folder, new HttpClient { BaseAddress = new Uri(address) });
        while (!(await server.Client.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode)
        {
            await Task.Delay(20);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
