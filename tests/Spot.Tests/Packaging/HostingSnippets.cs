using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spot.Backbone;

namespace Spot.Tests.Packaging;

/// <summary>The C# of docs/hosting.md; change both together.</summary>
internal static class HostingSnippets
{
    public static HostApplicationBuilder Builder()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddSpot(spot => spot.ModelPath = "models/spot-tiny");
        builder.Services.AddKeyedSpot("large", spot =>
        {
            spot.ModelPath = "models/t5-large-lm-adapt";
            spot.LibraryPath = "prompts/large";
            spot.Backbone.Precision = BackbonePrecision.BFloat16;
        });
        builder.Services.AddSingleton<Answers>();
        Bind(builder);
        return builder;
    }

    internal sealed class Answers(T5Backbone small, [FromKeyedServices("large")] T5Backbone large, [FromKeyedServices("large")] IPromptLibrary prompts)
    {
        public async Task<string> AskAsync(string input, CancellationToken cancellationToken)
        {
            PromptRecord? record = await prompts.GetAsync("places-0", cancellationToken);
            T5Backbone backbone = record is null ? small : large;
            return (await backbone.GenerateAsync([input], record?.Prompt, cancellationToken: cancellationToken))[0];
        }
    }

    private static void Bind(HostApplicationBuilder builder)
    {
        builder.Services.AddOptions<SpotOptions>().BindConfiguration("Spot");
        builder.Services.Configure<SpotOptions>("large", builder.Configuration.GetSection("SpotLarge"));
    }
}
