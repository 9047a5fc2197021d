using Microsoft.Extensions.Logging;

namespace Spot.Studies;

/// <summary>The log messages of a study.</summary>
internal static partial class StudyLog
{
    [LoggerMessage(101, LogLevel.Information, "A study in {Place}, shard {Shard}: {Units} units of work to do, {Steps} tuning steps")]
    public static partial void Started(ILogger logger, string place, StudyShard shard, int units, long steps);

    [LoggerMessage(102, LogLevel.Information, "The study in {Place} goes on, shard {Shard}: {Done} of {Total} units of work were done before; {Units} to do, {Steps} tuning steps")]
    public static partial void Resumed(ILogger logger, string place, StudyShard shard, int done, int total, int units, long steps);

    [LoggerMessage(103, LogLevel.Information, "{Done}/{Total} {Unit} is done, about {Remaining} left")]
    public static partial void Done(ILogger logger, int done, int total, string unit, TimeSpan? remaining);

    [LoggerMessage(104, LogLevel.Information, "The study in {Place} ends, shard {Shard}: {Done} of all {Total} units of work are done; {Left} of this shard need source prompts of others")]
    public static partial void Ended(ILogger logger, string place, StudyShard shard, int done, int total, int left);
}
