using System.Text.RegularExpressions;
using Npgsql;

namespace Spot.Cli;

/// <summary>Which errors are of what a command was given, and what is said of them.</summary>
internal static partial class InputErrors
{
    /// <summary>Whether an error is one that the user can mend; others are faults of the tool.</summary>
    public static bool Has(Exception exception) => exception is SpotException or IOException or InvalidDataException or ArgumentException or ArithmeticException
        or UnauthorizedAccessException or FormatException or KeyNotFoundException or TimeoutException or NpgsqlException;

    /// <summary>The message, in which options have the names of the command line and arguments of methods none.</summary>
    public static string Message(Exception exception) =>
        Setting().Replace(Parameter().Replace(exception.Message, ""), setting => OptionName.Of(setting.Groups["name"].Value)).Trim().ReplaceLineEndings(" ");

    [GeneratedRegex(@" \(Parameter '[^']*'\)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\b\w+Options\.(?<name>\w+)")]
    private static partial Regex Setting();
}
