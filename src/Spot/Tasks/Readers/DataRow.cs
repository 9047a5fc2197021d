using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>One record of a data file, whatever the file's format.</summary>
/// <param name="Fields">Its fields by name. Files without types (CSV, TSV) give strings; JSON and Parquet give numbers, lists and objects too.</param>
/// <param name="Place">Where it stands, for error messages, for example <c>'train.csv', line 12</c>.</param>
public sealed record DataRow(JsonObject Fields, string Place)
{
    /// <summary>The file it was read from; null for a row that was made.</summary>
    internal string? Path { get; init; }
}
