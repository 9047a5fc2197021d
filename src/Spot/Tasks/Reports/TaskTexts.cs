using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>The texts of a task as hashes, row by row.</summary>
internal sealed class TaskTexts(string name)
{
    private const int LeastWords = 5;
    private const int LeastLetters = 25;

    public string Name { get; } = name;

    public Dictionary<string, List<ulong[]>> Splits { get; } = new(StringComparer.Ordinal) { ["train"] = [], ["validation"] = [], ["test"] = [] };

    public static TaskTexts Of(TextTask task)
    {
        TaskTexts texts = new(task.Name);
        texts.Splits["train"] = Hashes(task.Train);
        texts.Splits["validation"] = Hashes(task.Validation);
        texts.Splits["test"] = Hashes(task.Test);
        return texts;
    }

    public static async Task<TaskTexts> ReadAsync(string name, string root, TaskLoadOptions options, CancellationToken cancellationToken)
    {
        TaskTexts texts = new(name);
        await foreach ((string split, DataRow row) in TaskRegistry.RowsAsync(name, root, options, cancellationToken).ConfigureAwait(false))
        {
            texts.Splits[split].Add([.. Values(row.Fields).Select(Hash).OfType<ulong>()]);
        }

        return texts;
    }

    /// <summary>A hash of letters and digits in lower case; null for a text of few words or letters, which stands in many data sets by chance.</summary>
    public static ulong? Hash(string text)
    {
        StringBuilder letters = new(text.Length);
        int words = 0;
        bool inside = false;
        foreach (char c in text)
        {
            bool space = char.IsWhiteSpace(c);
            words += !space && !inside ? 1 : 0;
            inside = !space;
            if (char.IsLetterOrDigit(c))
            {
                letters.Append(char.ToLowerInvariant(c)); // without spaces, since data sets split words in their own ways
            }
        }

        return words >= LeastWords && letters.Length >= LeastLetters ? BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(letters.ToString()))) : null;
    }

    private static List<ulong[]> Hashes(IReadOnlyList<TextExample> examples) =>
        [.. examples.Select(example => Hash(example.Input) is { } hash ? new[] { hash } : [])];

    private static IEnumerable<string> Values(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Values(field.Value)),
        JsonArray items => items.SelectMany(Values),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };
}
