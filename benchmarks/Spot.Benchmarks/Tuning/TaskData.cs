using System.IO.Compression;
using System.Text.Json;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Benchmarks.Tuning;

/// <summary>Real tasks as ids, from a folder that is not part of the repository.</summary>
internal static class TaskData
{
    /// <summary>The folder with the tasks: <c>data</c> in the environment's SPOT_SHARED, else in ../shared beside the repository; null where it is absent.</summary>
    public static string? Folder()
    {
        string shared = Environment.GetEnvironmentVariable("SPOT_SHARED") is { Length: > 0 } named ? named : Path.Combine(Checkout.Root, "..", "shared");
        string folder = Path.GetFullPath(Path.Combine(shared, "data"));
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>The training examples: every text field with its name, and the label's text.</summary>
    public static EncodedExample[] Load(string folder, string task, T5Tokenizer tokenizer, TuningOptions options)
    {
        using JsonDocument meta = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, task, "meta.json")));
        string[] labels = [.. meta.RootElement.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)];
        using GZipStream stream = new(File.OpenRead(Path.Combine(folder, task, "train.jsonl.gz")), CompressionMode.Decompress);
        using StreamReader reader = new(stream);
        List<TextExample> examples = [];
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            IEnumerable<JsonProperty> texts = row.RootElement.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.String);
            string input = string.Join(' ', texts.Select(field => $"{field.Name}: {field.Value.GetString()}").Prepend(task));
            examples.Add(new TextExample(input, labels[row.RootElement.GetProperty("label").GetInt32()]));
        }

        return
        [
            .. examples.Select(example => new EncodedExample(
                tokenizer.Encode(example.Input, options.MaxInputLength),
                tokenizer.Encode(example.Target, options.MaxTargetLength))),
        ];
    }
}
