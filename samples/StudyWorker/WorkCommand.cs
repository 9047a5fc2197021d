using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Spot.Backbone;
using Spot.Hangfire;

namespace Spot.Samples.StudyWorker;

/// <summary>A worker, or several as processes of their own.</summary>
internal sealed class WorkCommand
{
    /// <summary>How long a worker may take to stop: a step, and its checkpoint.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public required string Database { get; init; }

    public required string Data { get; init; }

    public required string Model { get; init; }

    public required string Device { get; init; }

    public BackbonePrecision Precision { get; init; }

    public int Processes { get; init; } = 1;

    public int? Dashboard { get; init; }

    public TimeSpan LostAfter { get; init; }

    /// <summary>The study with which it ends; null to work until it is stopped.</summary>
    public string? UntilEnded { get; init; }

    public Task RunAsync(CancellationToken cancellationToken) => Processes > 1 ? RunProcessesAsync(cancellationToken) : WorkAsync(cancellationToken);

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Spot", LogLevel.Information);
        builder.WebHost.UseUrls($"http://127.0.0.1:{Dashboard ?? 0}"); // of this machine alone
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.Backbone.Device, spot.Backbone.Precision) = (Model, Device, Precision));
        builder.Services.AddSpotStudyWorker(options =>
        {
            (options.ConnectionString, options.LostAfter) = (Database, LostAfter);
            options.Plan = submission => StudySettings.Parse(submission.Description).Plan(Data);
        });
        builder.Services.AddHangfire(_ => { });
        await using WebApplication app = builder.Build();
        if (Dashboard is not null)
        {
            app.UseHangfireDashboard("/hangfire", new DashboardOptions { DashboardTitle = "Spot studies" }, app.Services.GetRequiredService<JobStorage>());
        }

        await app.StartAsync(cancellationToken);
        if (UntilEnded is not null)
        {
            await using StudyClient client = new(Database);
            while (await client.StatusAsync(UntilEnded, cancellationToken) is not { IsEnded: true })
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }

            await app.StopAsync(cancellationToken);
        }
        else
        {
            await app.WaitForShutdownAsync(cancellationToken);
        }
    }

    private async Task RunProcessesAsync(CancellationToken cancellationToken)
    {
        Process[] workers = [.. Enumerable.Range(0, Processes).Select(Start)];
        try
        {
            await Task.WhenAll(workers.Select(worker => worker.WaitForExitAsync(cancellationToken)));
        }
        finally
        {
            await Task.WhenAll(workers.Select(StopAsync));
        }
    }

    // As a service is told to stop: between two steps, with a checkpoint. Of one that is killed the last checkpoint is in the database.
    private static async Task StopAsync(Process worker)
    {
        using (worker)
        {
            if (!worker.HasExited && !OperatingSystem.IsWindows())
            {
                using Process terminate = Process.Start("kill", ["-TERM", worker.Id.ToString(CultureInfo.InvariantCulture)]);
                await Task.WhenAny(worker.WaitForExitAsync(), Task.Delay(Patience));
            }

            if (!worker.HasExited)
            {
                worker.Kill();
            }
        }
    }

    private Process Start(int index)
    {
        List<string> arguments =
        [
            "work", "--database", Database, "--data", Data, "--model", Model, "--device", Device, "--precision", Precision.ToString(), "--lost-after", LostAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        if (index == 0 && Dashboard is { } port)
        {
            arguments.AddRange(["--dashboard", port.ToString(CultureInfo.InvariantCulture)]);
        }

        if (UntilEnded is not null)
        {
            arguments.AddRange(["--until-ended", "--study", UntilEnded]);
        }

        ProcessStartInfo start = new(Environment.ProcessPath!, arguments);
        if (Device != "cpu")
        {
            start.Environment["CUDA_VISIBLE_DEVICES"] = index.ToString(CultureInfo.InvariantCulture);
        }

        return Process.Start(start)!;
    }
}
