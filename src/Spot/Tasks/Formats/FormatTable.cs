using System.Text.Json;

namespace Spot.Tasks;

/// <summary>A public data set and the format of its fields.</summary>
/// <param name="Name">The task's name.</param>
/// <param name="Folder">The name of its folder.</param>
/// <param name="Default">Whether the folder's name means this task.</param>
/// <param name="Format">The format.</param>
internal sealed record DataEntry(string Name, string Folder, bool Default, TextFormat Format);

/// <summary>The ready formats, from the table that is part of the assembly, and those that users added.</summary>
internal static class FormatTable
{
    private static readonly FormatFile Loaded = Load();
    private static readonly Dictionary<string, TextFormat> Formats = Loaded.Formats.ToDictionary(spec => spec.Name, spec => new TextFormat(spec), StringComparer.Ordinal);

    /// <summary>What users added.</summary>
    public static Registrations<TextFormat> Added { get; } = new("format", format => format.Name);

    public static IReadOnlyList<string> Names => [.. Formats.Keys.Concat(Added.Items.Select(format => format.Name)).Order(StringComparer.Ordinal)];

    /// <summary>Public data sets whose files have the fields of a format.</summary>
    public static IReadOnlyList<DataEntry> Data { get; } =
        [.. Loaded.Data.Select(entry => new DataEntry(entry.Name, entry.Folder ?? entry.Name, entry.Default, Formats[entry.Format ?? entry.Name]))];

    public static TextFormat? Find(string name) => Formats.GetValueOrDefault(name) ?? Added.Find(name);

    /// <summary>The names nearest to one, the nearest first.</summary>
    public static IEnumerable<string> Similar(string name) => Spelling.Nearest(name, Names).Take(5);

    private static FormatFile Load()
    {
        using Stream stream = typeof(FormatTable).Assembly.GetManifestResourceStream("Spot.Tasks.formats.json")!;
        return JsonSerializer.Deserialize(stream, FormatJson.Files.FormatFile)!;
    }
}
