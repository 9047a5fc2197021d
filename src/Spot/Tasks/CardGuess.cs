using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>The task.json that would fit a file with other fields than <c>input</c> and <c>target</c>, guessed from their names.</summary>
internal static class CardGuess
{
    private const int MaxRows = 10_000;

    private static readonly string[] Inputs =
    [
        "input", "text", "sentence", "sentence1", "sentence2", "premise", "hypothesis", "question", "question1", "question2", "context", "passage", "title",
        "body", "content", "review", "comment", "message", "tweet", "utterance", "query", "document", "article", "dialogue", "source", "prompt",
    ];

    // The surest first.
    private static readonly string[] Targets =
    [
        "target", "label", "gold_label", "class", "category", "sentiment", "emotion", "intent", "topic", "rating", "stars", "score", "answer", "output",
        "summary", "translation", "completion", "response", "y",
    ];

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A sentence with the task.json; empty where the names tell nothing.</summary>
    /// <param name="row">A row without the fields.</param>
    /// <param name="card">What the task's card says already.</param>
    /// <param name="train">The training files, which tell the labels.</param>
    /// <param name="files">How they are read; null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading them.</param>
    public static async ValueTask<string> HintAsync(
        DataRow row, TaskCard card, IReadOnlyList<string> train, DataFileOptions? files, CancellationToken cancellationToken)
    {
        char? separator = SeparatorGuess.Of([.. row.Fields.Select(field => field.Key)]);
        string[] names = separator is { } found ? row.Fields.First().Key.Split(found) : [.. row.Fields.Where(field => IsText(field.Value)).Select(field => field.Key)];
        string? target = Targets.Select(known => names.FirstOrDefault(name => Same(name, known))).FirstOrDefault(name => name is not null);
        string[] inputs = [.. names.Where(name => name != target && Inputs.Any(known => Same(name, known)) && name.AsSpan().IndexOfAny("{}|") < 0)];
        if (target is null || inputs.Length == 0)
        {
            return "";
        }

        JsonObject format = new() { ["input"] = inputs.Length == 1 ? $"{{{inputs[0]}}}" : string.Join(' ', inputs.Select(name => $"{name}: {{{name}}}")), ["target"] = target };
        if (separator is { } character)
        {
            format["separator"] = character.ToString();
        }

        if (card.Labels is null)
        {
            DataFileOptions? how = separator is null ? files : new DataFileOptions { Separator = separator };
            AddLabels(format, await ValuesAsync(target, train, how, cancellationToken).ConfigureAwait(false));
        }

        return $" For example, task.json: {Whole(card, format).ToJsonString(Json)}";
    }

    private static JsonObject Whole(TaskCard card, JsonObject format)
    {
        JsonObject whole = [];
        if (card.Name is not null)
        {
            whole["name"] = card.Name;
        }

        if (card.Family is not null)
        {
            whole["family"] = card.Family;
        }

        if (card.Labels is not null)
        {
            whole["labels"] = new JsonArray([.. card.Labels.Select(label => (JsonNode)label)]);
        }

        whole["format"] = format;
        return whole;
    }

    // Words as they are; numbers stand for words that only a person knows. Nothing where there are too many for labels.
    private static void AddLabels(JsonObject format, string[] values)
    {
        if (values.Length is < 2 or > TaskFolder.MaxInferredLabels)
        {
            return;
        }

        bool numbers = values.All(value => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        format["labels"] = numbers
            ? new JsonObject(values.Select(value => KeyValuePair.Create(value, (JsonNode?)$"a word for {value}")))
            : new JsonArray([.. values.Select(value => (JsonNode)value)]);
    }

    private static async ValueTask<string[]> ValuesAsync(string target, IReadOnlyList<string> train, DataFileOptions? files, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run( // the operators go back to the caller's thread, which may be waiting
                async () => await train.ToAsyncEnumerable().SelectMany(file => DataFile.ReadAsync(file, files, cancellationToken)).Take(MaxRows)
                    .Select(row => Fields.Find(row, target) is { } value ? Fields.Scalar(value) : null)
                    .OfType<string>().Where(value => !ExampleValidator.IsEmpty(value)).Distinct(StringComparer.Ordinal).Take(TaskFolder.MaxInferredLabels + 1)
                    .Order(StringComparer.Ordinal).ToArrayAsync(cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            return []; // another error is on its way; this is a guess for its message
        }
    }

    private static bool IsText(JsonNode? value) => value?.GetValueKind() is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static bool Same(string name, string known) => string.Equals(name, known, StringComparison.OrdinalIgnoreCase);
}
