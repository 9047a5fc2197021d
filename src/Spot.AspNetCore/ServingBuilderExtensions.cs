using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Spot.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what serving prompts over HTTP needs to a registration of Spot.</summary>
public static class ServingBuilderExtensions
{
    /// <summary>
    /// Registers what <c>app.MapSpot()</c> needs: the options, the loading of the model when the host starts, the health check <c>spot</c> with the tag
    /// <c>ready</c>, metrics, and problem details.
    /// </summary>
    /// <remarks>Inference is the registration's: call <c>AddInference</c> too, or register an <see cref="Spot.IPromptInference"/> of your own.</remarks>
    /// <param name="builder">What <c>AddSpot</c> or <c>AddKeyedSpot</c> returned.</param>
    /// <param name="configure">Sets the options; null when they are configured elsewhere, for example bound to a section of the configuration.</param>
    /// <returns>The same builder.</returns>
    public static ISpotBuilder AddServing(this ISpotBuilder builder, Action<ServingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string? key = builder.ServiceKey;
        string name = builder.OptionsName;
        IServiceCollection services = builder.Services;
        OptionsBuilder<ServingOptions> options = services.AddOptions<ServingOptions>(name).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ServingOptions>, ServingOptionsValidator>());
        if (configure is not null)
        {
            options.Configure(configure);
        }

        bool added = services.Any(service => service.ServiceType == typeof(SpotServer) && (string?)service.ServiceKey == key);
        if (!added)
        {
            services.AddProblemDetails();
            services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServingJson.Default));
            services.TryAddSingleton<ServingMetrics>();
            services.Add(ServiceDescriptor.KeyedSingleton(key, (provider, _) => new SpotServer(provider, key, name)));
            services.AddSingleton<IHostedService>(provider => new ModelLoader(Server(provider, key)));
            services.AddHealthChecks().Add(new HealthCheckRegistration(
                key is null ? "spot" : $"spot-{key}", provider => new ReadyCheck(Server(provider, key)), HealthStatus.Unhealthy, ["ready"]));
        }

        return builder;
    }

    internal static SpotServer Server(IServiceProvider provider, string? key) =>
        (key is null ? provider.GetService<SpotServer>() : provider.GetKeyedService<SpotServer>(key)) ?? throw new InvalidOperationException(
            $"Found no serving of {(key is null ? "services.AddSpot()" : $"services.AddKeyedSpot(\"{key}\")")}, expected it before endpoints are mapped. Call AddServing() on what that returns.");
}
