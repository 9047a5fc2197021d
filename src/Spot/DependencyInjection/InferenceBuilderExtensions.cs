using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Spot;
using Spot.Backbone;
using Spot.Inference;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds inference to a registration of Spot.</summary>
public static class InferenceBuilderExtensions
{
    /// <summary>
    /// Registers <see cref="IPromptInference"/> as a singleton on the registration's backbone and library, under its key. The backbone is loaded at the first request, or
    /// by <see cref="IPromptInference.PreloadAsync"/>, which a host can call when it starts; the library is opened when a prompt is first asked for by id.
    /// </summary>
    /// <remarks>
    /// What is registered already is left alone, and a second call only adds its settings. A host that starts checks the options. When the container is disposed
    /// the requests under way are answered before the backbone goes.
    /// </remarks>
    /// <param name="builder">What <c>AddSpot</c> or <c>AddKeyedSpot</c> returned.</param>
    /// <param name="configure">Sets the options; null when they are configured elsewhere, for example bound to a section of the configuration.</param>
    /// <returns>The same builder.</returns>
    public static ISpotBuilder AddInference(this ISpotBuilder builder, Action<PromptInferenceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OptionsBuilder<PromptInferenceOptions> options = builder.Services.AddOptions<PromptInferenceOptions>(builder.OptionsName).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PromptInferenceOptions>, InferenceOptionsValidator>());
        if (configure is not null)
        {
            options.Configure(configure);
        }

        string? key = builder.ServiceKey, name = builder.OptionsName;
        builder.Services.TryAdd(ServiceDescriptor.KeyedSingleton<IPromptInference>(key, (provider, _) => new PromptInference(
            () => Backbone(provider, key),
            () => SpotServiceCollectionExtensions.Get<IPromptLibrary>(provider, key),
            provider.GetRequiredService<IOptionsMonitor<PromptInferenceOptions>>().Get(name),
            provider.GetService<ILogger<PromptInference>>())));
        builder.Services.TryAdd(ServiceDescriptor.KeyedSingleton(key, (provider, _) =>
            new InferenceDrain(SpotServiceCollectionExtensions.Get<IPromptInference>(provider, key) as PromptInference)));
        return builder;
    }

    // The drain is made behind the backbone, so that the container disposes it before.
    private static T5Backbone Backbone(IServiceProvider provider, string? key)
    {
        T5Backbone backbone = SpotServiceCollectionExtensions.Get<T5Backbone>(provider, key);
        SpotServiceCollectionExtensions.Get<InferenceDrain>(provider, key);
        return backbone;
    }
}
