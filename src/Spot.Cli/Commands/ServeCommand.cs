using System.CommandLine;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spot.AspNetCore;
using Spot.Inference;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot serve</c>: answers requests over HTTP by the prompts of a library.</summary>
internal sealed class ServeCommand : ToolCommand
{
    /// <summary>The environment's variable of the key that clients must send; a command line can be read by others.</summary>
    internal const string KeyVariable = "SPOT_API_KEY";

    private const string Bearer = "Bearer";

    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly Option<string> _urls = new("--urls") { HelpName = "URL", Description = "Where it listens; several with semicolons, port 0 for a free one [default: http://127.0.0.1:5080, this machine alone]" };
    private readonly Option<string[]> _preload = new("--preload") { HelpName = "ID", Description = "Prompts that are read before the first request", AllowMultipleArgumentsPerToken = true };
    private readonly LibraryOptions _serving = LibraryOptions.Of<ServingOptions>(nameof(ServingOptions.ManagementPolicy));
    private readonly LibraryOptions _inference = LibraryOptions.Of<PromptInferenceOptions>();

    public ServeCommand(Terminal terminal)
        : base("serve", "Answer requests over HTTP by the prompts of a library; where the environment has SPOT_API_KEY, of those alone who send it as 'Authorization: Bearer KEY'.", terminal)
    {
        Options.Add(_urls);
        Options.Add(_preload);
        Add(_library);
        Add(_model);
        Add(_serving);
        Add(_inference);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string folder = _library.Folder(call.Parsed), urls = call.Parsed.GetValue(_urls) ?? "http://127.0.0.1:5080", first;
        using (PromptLibrary library = _library.OpenExisting(call))
        {
            first = (await library.ListAsync(cancellationToken).FirstOrDefaultAsync(cancellationToken))?.Id
                ?? throw new ArgumentException($"The library '{folder}' holds no prompts, expected one to serve. Tune one: spot tune DATA.");
        }

        await using WebApplication app = Build(call, folder, urls);
        await app.StartAsync(cancellationToken);
        call.Result(new { urls = app.Urls, library = Path.GetFullPath(folder) }, () => call.Say($"The prompts of {folder} are served at {string.Join(", ", app.Urls)}; Ctrl+C ends it."));
        string url = app.Urls.First();
        call.Next($"curl {url}/v1/prompts", $"curl {url}/v1/prompts/{first}/generate -H 'Content-Type: application/json' -d '{{ \"text\": \"a text\" }}'");
        await call.Terminal.Out.FlushAsync(cancellationToken);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await app.StopAsync(CancellationToken.None); // being stopped is how a server ends
        }

        call.Tell("Stopped; what was under way was answered.");
        return ExitCode.Done;
    }

    private WebApplication Build(Call call, string folder, string urls)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseUrls(urls);
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.LibraryPath, spot.Backbone) = (_model.Folder(call.Parsed), folder, _model.Options(call.Parsed)))
            .AddInference(options => _inference.Apply(call.Parsed, options))
            .AddServing(options =>
            {
                _serving.Apply(call.Parsed, options);
                foreach (string id in call.Parsed.GetValue(_preload) ?? [])
                {
                    options.Preload.Add(id);
                }
            });
        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
        {
            app.UseWhen(context => context.Request.Path.StartsWithSegments("/v1"), inner => inner.Use(next => context => HasKey(context.Request, key) ? next(context) : Refuse(context.Response)));
        }

        app.MapSpot("/v1");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }); // it is, if it answers
        app.MapHealthChecks("/health/ready");
        return app;
    }

    // Hashes are compared, so that how long it takes tells nothing of the key.
    private static bool HasKey(HttpRequest request, string key) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? found)
        && found.Scheme.Equals(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(found.Parameter ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static Task Refuse(HttpResponse response)
    {
        (response.StatusCode, response.Headers.WWWAuthenticate) = (StatusCodes.Status401Unauthorized, Bearer);
        return Task.CompletedTask;
    }
}
