using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Spot.Backbone;

namespace Spot.AspNetCore;

/// <summary>What the endpoints of one registration of Spot share.</summary>
internal sealed class SpotServer(IServiceProvider services, string? key, string optionsName) : IDisposable
{
    public ServingOptions Options { get; } = services.GetRequiredService<IOptionsMonitor<ServingOptions>>().Get(optionsName);

    public ServingState State { get; } = new(
        services.GetRequiredService<IHostApplicationLifetime>(), services.GetRequiredService<IOptionsMonitor<ServingOptions>>().Get(optionsName).DrainTime);

    public ServingMetrics Metrics { get; } = services.GetRequiredService<ServingMetrics>();

    public IPromptInference Inference => Get<IPromptInference>();

    public IPromptLibrary Library => Get<IPromptLibrary>();

    /// <summary>The backbone; the first to ask loads it.</summary>
    public T5Backbone Backbone => Get<T5Backbone>();

    public void Dispose() => State.Dispose();

    private T Get<T>()
        where T : notnull => key is null ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(key);
}
