using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hangfire;
using Hangfire.Common;
using Hangfire.Dashboard;
using Hangfire.Storage;

namespace Spot.Hangfire;

/// <summary>What a job is called in Hangfire's dashboard: its study and its unit, and how far its run is.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnitDisplayNameAttribute() : JobDisplayNameAttribute("{0}: {1}")
{
    private const int MostRunning = 1000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly ConditionalWeakTable<JobStorage, Runs> Known = [];

    public override string Format(DashboardContext context, Job job)
    {
        string name = base.Format(context, job);
        return Running(context.Storage).TryGetValue(name, out string? progress) ? $"{name}, {progress}" : name;
    }

    // A page asks for each of its rows.
    private static Dictionary<string, string> Running(JobStorage storage)
    {
        if (Known.TryGetValue(storage, out Runs? known) && Stopwatch.GetElapsedTime(known.Read) < Fresh)
        {
            return known.Progress;
        }

        using IStorageConnection connection = storage.GetConnection();
        Dictionary<string, string> progress = [];
        foreach ((string id, var running) in storage.GetMonitoringApi().ProcessingJobs(0, MostRunning))
        {
            if (running?.Job?.Args is [string study, string unit, ..] && connection.GetJobParameter(id, Engine.Progress) is { } text)
            {
                progress[$"{study}: {unit}"] = text;
            }
        }

        Known.AddOrUpdate(storage, new Runs(Stopwatch.GetTimestamp(), progress));
        return progress;
    }

    private sealed record Runs(long Read, Dictionary<string, string> Progress);
}
