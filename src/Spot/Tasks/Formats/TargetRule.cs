using System.Globalization;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Writes the targets of a row.</summary>
internal sealed class TargetRule
{
    /// <summary>What the study's formats write for a hidden label.</summary>
    public const string NoLabel = "<unk>";

    private readonly FormatSpec _spec;
    private readonly string _kind;

    /// <exception cref="FormatException">There is no such kind, or labels are missing.</exception>
    public TargetRule(FormatSpec spec)
    {
        _spec = spec;
        _kind = spec.Kind ?? (spec.Labels.Words.Count > 0 ? "label" : "text");
        string[] ofLabels = ["label", "labels", "named labels", "choice"], kinds = [.. ofLabels, "text", "fifths", "answers", "one answer", "each answer"];
        if (!kinds.Contains(_kind) || (ofLabels.Contains(_kind) && spec.Labels.Words.Count == 0))
        {
            throw new FormatException($"The format '{spec.Name}' has the kind '{_kind}' and {spec.Labels.Words.Count} labels; expected a kind of {string.Join(", ", kinds)}, the first four with labels.");
        }
    }

    /// <summary>Whether a target may be several labels.</summary>
    public bool SeveralLabels => _kind is "labels" or "named labels";

    /// <summary>The label words that targets are made of; none where a target is the text of a choice.</summary>
    public IReadOnlyList<string> Labels => _kind == "choice" ? [] : _spec.Labels.Words;

    /// <summary>Whether a target is one label, choice or score, so that −1 says nothing.</summary>
    public bool IsOneValue => _kind is "label" or "choice" or "fifths";

    /// <summary>Whether a row keeps its answer to itself, as public test data often do: by −1, an empty list or text, or nothing.</summary>
    public bool IsHidden(DataRow row)
    {
        JsonNode? value = Fields.Find(row, _spec.Target);
        string? text = value is null ? null : Fields.Scalar(value);
        return value is null ? _kind != "named labels" || !HasNamedLabels(row) : _kind switch
        {
            "label" or "choice" => text is "-1" or "" && _spec.Labels.Find(text) is null,
            "fifths" => text is "-1" or "-1.0" or "",
            "text" => text is not null && ExampleValidator.IsEmpty(text),
            _ => value is JsonArray { Count: 0 } && (_spec.Without is null || _kind == "each answer"),
        };
    }

    /// <summary>One or more targets, each with all right answers where there can be several.</summary>
    public IEnumerable<(string Target, IReadOnlyList<string>? Answers)> Of(DataRow row)
    {
        switch (_kind)
        {
            case "label":
                return [(Label(row, Fields.Find(row, _spec.Target)), null)];
            case "labels":
                return [(string.Join(", ", Ids(row).Select(id => Label(row, id))), null)];
            case "named labels":
                return [(string.Join(InputTemplate.Segment, Names(row).Order(StringComparer.Ordinal)), null)];
            case "choice":
                string field = Label(row, Fields.Find(row, _spec.Target));
                return [(field == NoLabel ? field : Fields.Text(row, field), null)];
            case "fifths":
                return [(Fifths(row), null)];
            case "answers":
                IReadOnlyList<string> all = [.. Answers(row).Select(Padded)];
                return [(all[0], all)];
            case "one answer":
                string joined = Padded(string.Join(", ", Answers(row)));
                return [(joined, [joined])];
            case "each answer":
                IReadOnlyList<string> answers = Answers(row);
                return answers.Select(answer => (answer, (IReadOnlyList<string>?)answers));
            default:
                return [(Fields.Text(row, _spec.Target), References(row))];
        }
    }

    private string Label(DataRow row, JsonNode? value)
    {
        string? text = value is null ? null : Fields.Scalar(value);
        return text is not null && _spec.Labels.Find(text) is { } word ? word
            : value is null || text is "-1" or "" ? NoLabel
            : throw Fields.Wrong(row, _spec.Target, _spec.Labels.ByValue is { } known
                ? $"one of {string.Join(", ", known.Keys)}"
                : $"a label's id, 0 … {_spec.Labels.Words.Count - 1}, or its word ({string.Join(", ", _spec.Labels.Words.Take(10))})");
    }

    // A list of ids, or a field of true or false for each label.
    private IEnumerable<string> Names(DataRow row) => Fields.Find(row, _spec.Target) is not null || !HasNamedLabels(row)
        ? Ids(row).Select(id => Label(row, id))
        : _spec.Labels.Words.Where(label => Fields.Find(row, label) is { } flag && Fields.Scalar(flag) is "true" or "True" or "1");

    private bool HasNamedLabels(DataRow row) => _spec.Labels.Words.Any(row.Fields.ContainsKey);

    private IReadOnlyList<string>? References(DataRow row) =>
        _spec.References is { } field && Fields.Find(row, field) is not null && Fields.List(row, field) is { Count: > 0 } all ? all : null;

    private IEnumerable<JsonNode?> Ids(DataRow row) => Fields.Find(row, _spec.Target) switch
    {
        JsonArray ids => ids,
        JsonValue value => Fields.Scalar(value)!.Split(',').Select(id => (JsonNode?)JsonValue.Create(id.Trim())),
        _ => throw Fields.Missing(row, _spec.Target),
    };

    // Rounded to fifths in float32, half to even, as the original does.
    private string Fifths(DataRow row) =>
        float.TryParse(Fields.Text(row, _spec.Target), NumberStyles.Float, CultureInfo.InvariantCulture, out float score)
            ? (MathF.Round(score * 5f) / 5f).ToString("0.0", CultureInfo.InvariantCulture)
            : throw Fields.Wrong(row, _spec.Target, "a number");

    private IReadOnlyList<string> Answers(DataRow row)
    {
        IReadOnlyList<string> answers = Fields.List(row, _spec.Target);
        return answers.Count > 0 ? answers
            : _spec.Without is { } without ? [without]
            : throw Fields.Wrong(row, _spec.Target, "at least one answer");
    }

    private string Padded(string answer) => _spec.Pad ? TextOperations.PadPunctuation(answer) : answer;
}
