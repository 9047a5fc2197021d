using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spot.PostgreSql;

namespace Spot.Hangfire;

/// <summary>Hangfire's server in a host: one job at a time, as a process has one device.</summary>
internal sealed class StudyServer(IServiceProvider services, StudyWorkerOptions options, WorkTable table, JobStorage storage, StudySweep sweep, ILogger<StudyServer> logger) : IHostedService, IDisposable
{
    private BackgroundJobServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Migrations.EnsureAsync(table.Database, mayUpdate: false, cancellationToken).ConfigureAwait(false);
        int[] delays = [.. options.RetryDelays.Select(delay => (int)Math.Ceiling(delay.TotalSeconds))];
        BackgroundJobServerOptions server = new()
        {
            WorkerCount = 1,
            Queues = [Engine.Queue],
            Activator = new Services(services),
            FilterProvider = Filters(new AutomaticRetryAttribute { Attempts = delays.Length, DelaysInSeconds = delays }, new StatisticsHistoryAttribute()),
            CancellationCheckInterval = options.PollEvery,
            SchedulePollingInterval = options.PollEvery,
            HeartbeatInterval = options.LostAfter / 5,
            ServerTimeout = options.LostAfter,
            ServerCheckInterval = options.LostAfter / 2,
            StopTimeout = TimeSpan.Zero, // a run stops between two steps, with a checkpoint
            ShutdownTimeout = TimeSpan.FromSeconds(25),
        };
        _server = new BackgroundJobServer(server, storage, [sweep]);
        WorkerLog.Started(logger, server.ServerName ?? $"{Environment.MachineName}:{Environment.ProcessId}", table.Database.Place);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is { } server)
        {
            server.SendStop();
            await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _server?.Dispose();

    private static JobFilterProviderCollection Filters(params object[] filters)
    {
        JobFilterCollection all = [];
        Array.ForEach(filters, all.Add);
        return new JobFilterProviderCollection(all, new JobFilterAttributeFilterProvider());
    }

    /// <summary>Makes Hangfire's jobs of the host's services.</summary>
    private sealed class Services(IServiceProvider provider) : JobActivator
    {
        public override object ActivateJob(Type jobType) => provider.GetRequiredService(jobType);
    }
}
