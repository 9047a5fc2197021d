using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Spot;
using Spot.Backbone;
using Spot.Library;
using Spot.Tuning;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Spot in a host.</summary>
public static class SpotServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="T5Backbone"/>, <see cref="IPromptTuner"/>, <see cref="IPromptEvaluator"/>, <see cref="IModelTuner"/>, <see cref="ITaskEmbedder"/> and <see cref="IPromptLibrary"/> as
    /// singletons. The backbone is loaded when it is first used, not when it is injected into them; the library never loads it.
    /// What is registered already is left alone, and a second call only adds its settings. A host that starts checks that the model's folder is one
    /// of a T5 checkpoint, if there is to be a model; without a host that is checked when the options are first used.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null when they are configured elsewhere.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSpot(this IServiceCollection services, Action<SpotOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<SpotOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SpotOptions>, SpotOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(LoadBackbone);
        services.TryAddSingleton(OpenLibrary);
        services.TryAddSingleton<IPromptTuner>(provider =>
            new PromptTuner(provider.GetRequiredService<T5Backbone>, provider.GetService<ILogger<PromptTuner>>()));
        services.TryAddSingleton<IPromptEvaluator>(provider => new PromptEvaluator(provider.GetRequiredService<T5Backbone>));
        services.TryAddSingleton<IModelTuner>(provider =>
            new ModelTuner(provider.GetRequiredService<T5Backbone>, provider.GetService<ILogger<ModelTuner>>()));
        services.TryAddSingleton<ITaskEmbedder>(provider => new TaskEmbedder(provider.GetRequiredService<IPromptTuner>()));
        return services;
    }

    private static T5Backbone LoadBackbone(IServiceProvider provider)
    {
        SpotOptions options = provider.GetRequiredService<IOptions<SpotOptions>>().Value;
        return options.ModelPath.Length > 0
            ? T5Backbone.Load(options.ModelPath, options.Backbone, provider.GetService<ILogger<T5Backbone>>())
            : throw Missing(nameof(SpotOptions.ModelPath), "the folder of a T5 checkpoint");
    }

    private static IPromptLibrary OpenLibrary(IServiceProvider provider)
    {
        SpotOptions options = provider.GetRequiredService<IOptions<SpotOptions>>().Value;
        return options.LibraryPath.Length > 0
            ? PromptLibrary.Open(options.LibraryPath, logger: provider.GetService<ILogger<PromptLibrary>>())
            : throw Missing(nameof(SpotOptions.LibraryPath), "the folder of the prompt library");
    }

    private static OptionsValidationException Missing(string option, string what) => new(
        Options.Options.DefaultName, typeof(SpotOptions), [$"{nameof(SpotOptions)}.{option} is empty; set it to {what}: services.AddSpot(o => o.{option} = \"…\")."]);
}
