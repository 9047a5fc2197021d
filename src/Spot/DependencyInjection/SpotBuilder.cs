namespace Microsoft.Extensions.DependencyInjection;

internal sealed class SpotBuilder(IServiceCollection services, string? serviceKey) : ISpotBuilder
{
    public IServiceCollection Services => services;

    public string? ServiceKey => serviceKey;

    public string OptionsName => serviceKey ?? Options.Options.DefaultName;
}
