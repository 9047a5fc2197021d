using System.Buffers;

namespace Spot.Cli;

/// <summary>Command lines as a POSIX shell reads them.</summary>
internal static class Shell
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./=:,+@%");

    /// <summary>Arguments in one line, quoted where need be.</summary>
    public static string Line(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    /// <summary>One argument.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && !argument.AsSpan().ContainsAnyExcept(Plain) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
