using System.CommandLine;
using Spot.Hangfire;

namespace Spot.Cli;

/// <summary>The database of studies that many machines do.</summary>
internal static class StudyDatabase
{
    private const string Variable = "SPOT_DATABASE";

    /// <summary>Where it is.</summary>
    public static Option<string?> Option() => new("--database") { HelpName = "TEXT", Description = $"The PostgreSQL database, as Npgsql is told of it [default: the environment's {Variable}]" };

    /// <summary>Which study.</summary>
    public static Option<string?> Name(bool required = false) => new("--study") { HelpName = "NAME", Description = "The study's name in the database", Required = required };

    /// <summary>What was given, or else the environment's.</summary>
    /// <exception cref="ArgumentException">There is neither.</exception>
    public static string Of(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(Variable)
        ?? throw new ArgumentException($"Found neither {option.Name} nor {Variable} in the environment, expected where PostgreSQL is: {option.Name} 'Host=127.0.0.1;Port=5433;Username=spot;Database=spot'.");

    /// <summary>How a study stands.</summary>
    /// <exception cref="SpotException">There is none of that name.</exception>
    public static async Task<StudyProgressReport> StatusAsync(string database, string name, CancellationToken cancellationToken)
    {
        await using StudyClient client = new(database);
        return await StatusAsync(client, name, cancellationToken);
    }

    /// <summary>How a study stands, asked over a connection that is there.</summary>
    /// <exception cref="SpotException">There is none of that name.</exception>
    public static async Task<StudyProgressReport> StatusAsync(StudyClient client, string name, CancellationToken cancellationToken) =>
        await client.StatusAsync(name, cancellationToken) ?? throw new SpotException($"Found no study '{name}' in the database, expected one that 'spot study submit' made.");
}
