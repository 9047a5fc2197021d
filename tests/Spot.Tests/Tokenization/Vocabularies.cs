using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>The two vocabularies under the names that the golden files use, and readers of those files.</summary>
internal static class Vocabularies
{
    public const string T5 = "t5";
    public const string Tiny = "spot-tiny";

    private static readonly Lazy<T5Tokenizer> LoadedT5 = new(() => T5Tokenizer.Load(File(T5)));
    private static readonly Lazy<T5Tokenizer> LoadedTiny = new(() => T5Tokenizer.Load(File(Tiny)));

    private static readonly ConcurrentDictionary<(string, TokenizerJson.Style), T5Tokenizer> FromJson = new();

    /// <summary>A vocabulary as it is, or by way of a tokenizer.json of the same content.</summary>
    public static T5Tokenizer Get(string name, TokenizerJson.Style? style) => style is not { } form ? Get(name) : FromJson.GetOrAdd(
        (name, form), key => T5Tokenizer.Load(new MemoryStream(TokenizerJson.Of(System.IO.File.ReadAllBytes(File(key.Item1)), key.Item2))));

    public static T5Tokenizer Get(string name) => name == T5 ? LoadedT5.Value : LoadedTiny.Value;

    public static string File(string name) => name == T5
        ? TestPaths.Golden("tokenizer/t5/spiece.model")
        : Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny", "spiece.model");

    public static JsonElement Json(string path)
    {
        using Stream stream = Open(path);
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    public static IEnumerable<JsonElement> JsonLines(string path)
    {
        using StreamReader reader = new(Open(path));
        while (reader.ReadLine() is string line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    public static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    private static Stream Open(string path)
    {
        FileStream file = System.IO.File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
