using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Spot.Tests.Tasks.Metrics;

/// <summary>The reference results of Golden/metrics and, where it is there, of the set in the shared folder.</summary>
internal static class MetricGolden
{
    /// <summary>The contents of a file, once for each folder that has it.</summary>
    public static List<JsonElement> Files(string name)
    {
        List<JsonElement> files = [.. GoldenData.Folders("metrics").Select(folder => Read(Path.Combine(folder, name)))];
        Assert.NotEmpty(files);
        return files;
    }

    /// <summary>The rows of a list in a file, at least one.</summary>
    public static List<JsonElement> Rows(string name, string list)
    {
        List<JsonElement> rows = [.. Files(name).SelectMany(file => file.GetProperty(list).EnumerateArray())];
        Assert.NotEmpty(rows);
        return rows;
    }

    /// <summary>The cases of a metric among the generated ones, at least one.</summary>
    public static List<JsonElement> Large(string metric)
    {
        List<JsonElement> cases = [.. Rows("large.json.gz", "cases").Where(item => item.Text("metric") == metric)];
        Assert.NotEmpty(cases);
        return cases;
    }

    public static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString()!;

    public static string[] Texts(this JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetString()!)];

    public static string[] Texts(this JsonElement item, string name) => item.GetProperty(name).Texts();

    public static string[][] TextLists(this JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(Texts)];

    public static int[] Integers(this JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt32())];

    public static int[] Integers(this JsonElement item, string name) => item.GetProperty(name).Integers();

    public static double Number(this JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();

    public static double[] Numbers(this JsonElement list) => [.. list.EnumerateArray().Select(Number)];

    public static double[] Numbers(this JsonElement item, string name) => item.GetProperty(name).Numbers();

    /// <summary>Checks a number against one of the reference, NaN against NaN.</summary>
    public static void Equal(JsonElement expected, double actual, string what, double tolerance = 1e-9) => Equal(expected.Number(), actual, what, tolerance);

    /// <summary>Checks a number against one of the reference, NaN against NaN.</summary>
    public static void Equal(double expected, double actual, string what, double tolerance = 1e-9) =>
        Assert.True(
            expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance,
            string.Create(CultureInfo.InvariantCulture, $"{what}: expected {expected:R}, found {actual:R}"));

    /// <summary>Checks sequences for equality and names the row.</summary>
    public static void Same<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what) =>
        Assert.True(expected.SequenceEqual(actual), $"{what}\nexpected {string.Join(" | ", expected)}\nfound    {string.Join(" | ", actual)}");

    /// <summary>The content of a JSON file, also of a compressed one.</summary>
    public static JsonElement Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using JsonDocument document = JsonDocument.Parse(content);
        return document.RootElement.Clone();
    }
}
