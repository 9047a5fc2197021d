using Microsoft.Extensions.Logging;

namespace Spot.PostgreSql;

/// <summary>The log messages of a prompt library in a database.</summary>
internal static partial class PostgresLog
{
    [LoggerMessage(401, LogLevel.Information, "{Place}: the keys of {Records} records were read in {Elapsed}")]
    public static partial void Filled(ILogger logger, string place, int records, TimeSpan elapsed);

    [LoggerMessage(402, LogLevel.Warning, "{Place}: record {Id} is set aside: {Problem}")]
    public static partial void SetAside(ILogger logger, string place, string id, string problem);

    [LoggerMessage(403, LogLevel.Warning, "{Place}: the connection that tells of changes is lost ({Problem}); searches go on among what is known, and it is tried again")]
    public static partial void Lost(ILogger logger, string place, string problem);

    [LoggerMessage(404, LogLevel.Information, "{Place}: changes are told of again, and those meanwhile are known")]
    public static partial void Listens(ILogger logger, string place);

    [LoggerMessage(405, LogLevel.Information, "{Place}: imported {Added} of {Records} records of {Archive} in {Elapsed}; the others were there")]
    public static partial void Imported(ILogger logger, string place, int added, int records, string archive, TimeSpan elapsed);
}
