using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Spot;
using Spot.Backbone;
using Spot.Library;
using Spot.Studies;
using Spot.Tuning;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Spot in a host.</summary>
public static class SpotServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="T5Backbone"/>, <see cref="IPromptTuner"/>, <see cref="IPromptEvaluator"/>, <see cref="IPromptInspector"/>, <see cref="IModelTuner"/>, <see cref="MultitaskTuner"/>,
    /// <see cref="ITaskEmbedder"/>, <see cref="StudyTools"/> and <see cref="IPromptLibrary"/> as singletons. The backbone is loaded when it is first used, not when it is injected into them; the library never loads it.
    /// </summary>
    /// <remarks>
    /// What is registered already is left alone, and a second call only adds its settings. A host that starts checks the options, without loading
    /// the model; without a host they are checked when they are first used. The container disposes what it makes.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null when they are configured elsewhere, for example bound to a section of the configuration.</param>
    /// <returns>What further parts of Spot are added to.</returns>
    public static ISpotBuilder AddSpot(this IServiceCollection services, Action<SpotOptions>? configure = null) => Add(services, null, configure);

    /// <summary>
    /// As <see cref="AddSpot"/>, under a key: a model and a library beside others in the same host. The services are asked for by the key, as with
    /// <c>[FromKeyedServices("base")]</c>, and their options by the same name.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of the services, and the name of their options.</param>
    /// <param name="configure">Sets the options; null when they are configured elsewhere, for example bound to a section of the configuration.</param>
    /// <returns>What further parts of Spot are added to.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static ISpotBuilder AddKeyedSpot(this IServiceCollection services, string serviceKey, Action<SpotOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(serviceKey);
        return Add(services, serviceKey, configure);
    }

    private static SpotBuilder Add(IServiceCollection services, string? key, Action<SpotOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        SpotBuilder builder = new(services, key);
        OptionsBuilder<SpotOptions> options = services.AddOptions<SpotOptions>(builder.OptionsName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SpotOptions>, SpotOptionsValidator>());
        if (configure is not null)
        {
            options.Configure(configure);
        }

        Singleton(provider => LoadBackbone(provider, builder));
        Singleton<IPromptLibrary>(provider => OpenLibrary(provider, builder));
        Singleton<IPromptTuner>(provider => new PromptTuner(() => Get<T5Backbone>(provider, key), provider.GetService<ILogger<PromptTuner>>()));
        Singleton<IPromptEvaluator>(provider => new PromptEvaluator(() => Get<T5Backbone>(provider, key)));
        Singleton<IPromptInspector>(provider => new PromptInspector(() => Get<T5Backbone>(provider, key)));
        Singleton<IModelTuner>(provider => new ModelTuner(() => Get<T5Backbone>(provider, key), provider.GetService<ILogger<ModelTuner>>()));
        Singleton(provider => new MultitaskTuner(() => Get<T5Backbone>(provider, key), provider.GetService<ILogger<MultitaskTuner>>()));
        Singleton(provider => Tools(provider, builder));
        Singleton<ITaskEmbedder>(provider => new TaskEmbedder(Get<IPromptTuner>(provider, key)));
        return builder;

        void Singleton<T>(Func<IServiceProvider, T> make)
            where T : class => services.TryAdd(ServiceDescriptor.KeyedSingleton(key, (provider, _) => make(provider))); // without a key where that is null
    }

    internal static T Get<T>(IServiceProvider provider, string? key)
        where T : notnull => key is null ? provider.GetRequiredService<T>() : provider.GetRequiredKeyedService<T>(key);

    private static T5Backbone LoadBackbone(IServiceProvider provider, SpotBuilder builder)
    {
        SpotOptions options = OptionsOf(provider, builder);
        return options.ModelPath.Length > 0
            ? T5Backbone.Load(options.ModelPath, options.Backbone, provider.GetService<ILogger<T5Backbone>>())
            : throw Missing(builder, nameof(SpotOptions.ModelPath), "the folder of a T5 checkpoint");
    }

    // Models that were tuned are loaded as the registration's own is.
    private static StudyTools Tools(IServiceProvider provider, SpotBuilder builder) => new()
    {
        ModelTuner = Get<IModelTuner>(provider, builder.ServiceKey),
        Inspector = Get<IPromptInspector>(provider, builder.ServiceKey),
        OpenModel = folder => TunedModel.Load(folder, OptionsOf(provider, builder).Backbone),
        ShowExamples = (task, examples, options) => FewShot.Apply(task, examples, Get<T5Backbone>(provider, builder.ServiceKey).Tokenizer, options).Examples,
    };

    private static PromptLibrary OpenLibrary(IServiceProvider provider, SpotBuilder builder)
    {
        SpotOptions options = OptionsOf(provider, builder);
        return options.LibraryPath.Length > 0
            ? PromptLibrary.Open(options.LibraryPath, logger: provider.GetService<ILogger<PromptLibrary>>())
            : throw Missing(builder, nameof(SpotOptions.LibraryPath), "the folder of the prompt library");
    }

    private static SpotOptions OptionsOf(IServiceProvider provider, SpotBuilder builder) =>
        provider.GetRequiredService<IOptionsMonitor<SpotOptions>>().Get(builder.OptionsName);

    private static OptionsValidationException Missing(SpotBuilder builder, string option, string what)
    {
        string call = builder.ServiceKey is { } key ? $"services.AddKeyedSpot(\"{key}\", o => o.{option} = \"…\")" : $"services.AddSpot(o => o.{option} = \"…\")";
        return new OptionsValidationException(
            builder.OptionsName, typeof(SpotOptions), [$"{SpotOptionsValidator.Place(builder.OptionsName, option)} is empty; set it to {what}: {call}."]);
    }
}
