using System.Text.Json;

namespace Spot.Cli.Tests;

/// <summary>What a call of the tool gave.</summary>
internal sealed record Answer(int ExitCode, string Out, string Error)
{
    /// <summary>The one document on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>The documents of its lines.</summary>
    public JsonElement[] Rows => [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public override string ToString() => $"exit code {ExitCode}\n{Out}\n{Error}";
}
