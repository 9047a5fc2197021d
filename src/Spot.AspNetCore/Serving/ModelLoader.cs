using Microsoft.Extensions.Hosting;

namespace Spot.AspNetCore;

/// <summary>Loads the model and the prompts to be preloaded while the host is up already, so that it can say that it loads. A failure stops the host.</summary>
internal sealed class ModelLoader(SpotServer server) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await server.Inference.PreloadAsync([.. server.Options.Preload], stoppingToken).ConfigureAwait(false);
        server.State.Loaded();
    }
}
