namespace Spot.Hangfire;

/// <summary>A study's row.</summary>
internal sealed record SubmittedStudy(int Id, IReadOnlyDictionary<string, string> Plan, string Description, DateTime Submitted, bool IsCancelled);

/// <summary>A unit's row.</summary>
internal sealed record WorkRow(string Unit, string? Job, string? Worker, int Starts, int Failures, string? Reason, bool IsSetAside);

/// <summary>A study's units, counted.</summary>
/// <param name="Total">All.</param>
/// <param name="Done">Those that are done.</param>
/// <param name="StepsLeft">Tuning steps of the others.</param>
/// <param name="Lately">Done in the last hour.</param>
/// <param name="StepsLately">Their tuning steps.</param>
/// <param name="Seconds">How much of the last hour it was worked on.</param>
/// <param name="Left">Not done and not kept from it by one that was set aside.</param>
internal sealed record WorkCounts(int Total, int Done, long StepsLeft, int Lately, long StepsLately, double Seconds, int Left);
