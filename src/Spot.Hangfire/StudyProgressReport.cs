using System.Globalization;

namespace Spot.Hangfire;

/// <summary>How far a submitted study is.</summary>
/// <param name="Total">Its units.</param>
/// <param name="Done">Units that are done.</param>
/// <param name="Running">Units that a worker is doing.</param>
/// <param name="Failed">Units that failed too often and were set aside.</param>
/// <param name="UnitsPerHour">The rate of the last hour; 0 where nothing was done in it.</param>
/// <param name="Remaining">An estimate of the time left, by the tuning steps that were done in the last hour; null where none were.</param>
/// <param name="IsCancelled">Whether it was cancelled.</param>
public sealed record StudyProgressReport(
    int Total, int Done, IReadOnlyList<RunningUnit> Running, IReadOnlyList<FailedUnit> Failed, double UnitsPerHour, TimeSpan? Remaining, bool IsCancelled)
{
    /// <summary>What <see cref="StudyClient.SubmitAsync"/> was given for the workers.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether nothing is left to do, apart from units that were set aside and those that need them.</summary>
    public bool IsEnded { get; init; }

    /// <summary>The state as a line of text.</summary>
    /// <returns>For example <c>31/54 units done, 2 running, 1 set aside, 120 an hour, about 00:12:00 left</c>.</returns>
    public override string ToString()
    {
        string left = Remaining is { } time && !IsEnded && !IsCancelled ? string.Create(CultureInfo.InvariantCulture, $", about {TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)):c} left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Done}/{Total} units done, {Running.Count} running, {Failed.Count} set aside, {UnitsPerHour:F0} an hour{left}{(IsCancelled ? ", cancelled" : "")}");
    }
}

/// <summary>A unit that a worker is doing.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Worker">The worker: its machine, process and a number of its own.</param>
/// <param name="Starts">How often it was begun.</param>
/// <param name="Progress">How far its run is, in words; null before the first report.</param>
public sealed record RunningUnit(string Unit, string Worker, int Starts, string? Progress);

/// <summary>A unit that failed too often.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Failures">How often.</param>
/// <param name="Reason">The last error.</param>
public sealed record FailedUnit(string Unit, int Failures, string Reason);
