namespace Spot.Transfer;

/// <summary>Where a study's shard stands.</summary>
/// <param name="Unit">The unit of work under way, for example <c>transfer.mnli.0.cb.1</c>: from the prompt of seed 0 on <c>mnli</c> to <c>cb</c> with seed 1.</param>
/// <param name="Done">Units of the shard that are done.</param>
/// <param name="Total">Units of the shard.</param>
/// <param name="Run">Where the unit's run stands; null between runs.</param>
/// <param name="Elapsed">Time since this process began with the study.</param>
/// <param name="Remaining">An estimate of the shard's time left, from the time that its tuning steps took so far; null before the first.</param>
public readonly record struct StudyProgress(string Unit, int Done, int Total, TuningProgress? Run, TimeSpan Elapsed, TimeSpan? Remaining);
