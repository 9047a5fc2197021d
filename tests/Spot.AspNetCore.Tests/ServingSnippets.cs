using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Spot.AspNetCore.Tests;

/// <summary>The C# of docs/serving.md and of the package's README; change them together.</summary>
internal static class ServingSnippets
{
    public static void Guide(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.LibraryPath) = ("models/spot-tiny", "prompts")).AddInference().AddServing(serving => serving.Preload.Add("places"));
        builder.Services.AddOpenApi();
        builder.Services.AddRateLimiter(limiter => limiter.AddConcurrencyLimiter("prompts", options => options.PermitLimit = 256));
        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.MapSpot("/v1").RequireRateLimiting("prompts");
        app.MapOpenApi();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        app.Run();
    }

    public static void Readme(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.LibraryPath) = (args[0], args[1])).AddInference().AddServing();
        WebApplication app = builder.Build();
        app.UseStatusCodePages();
        app.MapSpot("/v1");
        app.MapHealthChecks("/health/ready");
        app.Run();
    }
}
