namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A registration of Spot in a host, to which further parts are added by extension methods.</summary>
/// <remarks>Used while a host is composed, on one thread; it owns nothing.</remarks>
public interface ISpotBuilder
{
    /// <summary>The services that Spot is registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>The key that the services of this registration have; null where they have none.</summary>
    string? ServiceKey { get; }

    /// <summary>The name of the <see cref="Spot.SpotOptions"/> of this registration: the key, or the empty name of the default options.</summary>
    string OptionsName { get; }
}
