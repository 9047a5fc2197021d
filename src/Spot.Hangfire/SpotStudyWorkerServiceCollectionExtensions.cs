using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Spot.PostgreSql;

namespace Spot.Hangfire;

/// <summary>Makes a host a worker on studies.</summary>
public static class SpotStudyWorkerServiceCollectionExtensions
{
    /// <summary>
    /// Adds a worker that does units of submitted studies while the host runs, one at a time. What computes is the host's: <c>AddSpot</c> with a model, on one
    /// device (<c>CUDA_VISIBLE_DEVICES</c>); of a machine with several devices each has a process of its own.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets <see cref="StudyWorkerOptions.ConnectionString"/>, <see cref="StudyWorkerOptions.Plan"/> and what else differs from the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public static IServiceCollection AddSpotStudyWorker(this IServiceCollection services, Action<StudyWorkerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        StudyWorkerOptions options = new();
        configure(options);
        options.Check();
        services.AddSingleton(options);
        services.AddSingleton(_ => new WorkTable(new PostgresDatabase(NpgsqlDataSource.Create(options.ConnectionString), options.Schema)));
        services.AddSingleton<JobStorage>(_ => Engine.Open(options.ConnectionString, options.HangfireSchema, options.LostAfter, options.PollEvery));
        services.AddSingleton<UnitQueue>().AddSingleton<OpenStudies>().AddSingleton<StudyJob>().AddSingleton<StudySweep>();
        services.AddHostedService<StudyServer>();
        return services;
    }
}
