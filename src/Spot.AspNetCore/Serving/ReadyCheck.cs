using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Spot.AspNetCore;

/// <summary>Healthy while requests are taken.</summary>
internal sealed class ReadyCheck(SpotServer server) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(server.State.Refusal is { } refusal ? HealthCheckResult.Unhealthy(refusal) : HealthCheckResult.Healthy());
}
