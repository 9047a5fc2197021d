using Microsoft.Extensions.Logging;

namespace Spot.Library;

/// <summary>The log messages of a prompt library.</summary>
internal static partial class LibraryLog
{
    [LoggerMessage(201, LogLevel.Information, "{Folder}: the index holds all {Records} records again, after {Elapsed}; {Read} were read, as {Reason}")]
    public static partial void Indexed(ILogger logger, string folder, int records, TimeSpan elapsed, int read, string reason);

    [LoggerMessage(202, LogLevel.Warning, "{Folder}: record {Id} is set aside: {Problem}")]
    public static partial void SetAside(ILogger logger, string folder, string id, string problem);

    [LoggerMessage(203, LogLevel.Information, "Waits up to {Timeout} for the lock {Path}, held by {Owner}")]
    public static partial void Waits(ILogger logger, string path, TimeSpan timeout, string owner);

    [LoggerMessage(204, LogLevel.Information, "Has the lock {Path} after {Elapsed}")]
    public static partial void Waited(ILogger logger, string path, TimeSpan elapsed);

    [LoggerMessage(205, LogLevel.Information, "{Folder}: imported {Added} of {Records} records of {Archive} in {Elapsed}; the others were there")]
    public static partial void Imported(ILogger logger, string folder, int added, int records, string archive, TimeSpan elapsed);

    [LoggerMessage(206, LogLevel.Warning, "{Folder}: an import that was interrupted is undone")]
    public static partial void Undone(ILogger logger, string folder);
}
