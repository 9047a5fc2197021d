using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>
/// A text with fields in braces: <c>sentence1: {a} sentence2: {b}</c>. Behind a bar stands what is done with the field: <c>pad</c> puts spaces around
/// punctuation, <c>spaces</c> makes runs of white space one space, <c>join</c> joins a list with spaces, <c>choices</c> writes a list as
/// <c>choice1: … choice2: …</c>, <c>segments</c> joins a list with <see cref="Segment"/>. Doubled braces are braces.
/// </summary>
/// <remarks>What the fields hold is never looked at again, so braces in the data are plain text.</remarks>
internal sealed class InputTemplate
{
    /// <summary>What SPoT's code writes between the sources of one example, and between the labels of a target: a backslash and an n, no line break.</summary>
    public const string Segment = @" \n ";

    private static readonly string[] Operations = ["pad", "spaces", "join", "choices", "segments"];

    private readonly List<(string Text, string? Field, string? Operation)> _parts = [];

    /// <exception cref="FormatException">A brace is not closed, a field has no name, or there is no such operation.</exception>
    public InputTemplate(string template)
    {
        StringBuilder text = new();
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            if (c is '{' or '}' && i + 1 < template.Length && template[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else if (c == '{')
            {
                int end = template.IndexOf('}', i);
                string[] field = end < 0 ? throw Bad(template, i, "a brace that is not closed") : template[(i + 1)..end].Split('|');
                if (field[0].Length == 0 || field.Length > 2 || (field.Length == 2 && !Operations.Contains(field[1], StringComparer.Ordinal)))
                {
                    throw Bad(template, i, $"'{{{template[(i + 1)..end]}}}'");
                }

                _parts.Add((text.ToString(), field[0], field.Length == 2 ? field[1] : null));
                text.Clear();
                i = end;
            }
            else
            {
                text.Append(c == '}' ? throw Bad(template, i, "a brace that was not opened") : c);
            }
        }

        _parts.Add((text.ToString(), null, null));
    }

    /// <summary>The text for a row.</summary>
    public string Render(DataRow row)
    {
        StringBuilder result = new();
        foreach ((string text, string? field, string? operation) in _parts)
        {
            result.Append(text).Append(field is null ? "" : Value(row, field, operation));
        }

        return result.ToString();
    }

    /// <summary>Whether all fields are empty texts or lists; not where there is no field.</summary>
    public bool IsEmpty(DataRow row)
    {
        string[] fields = [.. _parts.Select(part => part.Field).OfType<string>()];
        return fields.Length > 0 && fields.All(field => Fields.Find(row, field) is { } value && (value is JsonArray { Count: 0 } || (Fields.Scalar(value) is { } text && ExampleValidator.IsEmpty(text))));
    }

    private static string Value(DataRow row, string field, string? operation) => operation switch
    {
        "pad" => TextOperations.PadPunctuation(Fields.Text(row, field)),
        "spaces" => TextOperations.CollapseSpaces(Fields.Text(row, field)),
        "segments" => string.Join(Segment, Segments(row, field)),
        "join" => string.Join(' ', Fields.List(row, field)),
        "choices" => string.Join(' ', Fields.List(row, field).Select((choice, i) => string.Create(CultureInfo.InvariantCulture, $"choice{i + 1}: {choice}"))),
        _ => Fields.Text(row, field),
    };

    // The parts of a segment that is a list itself, as a triple is, stand between bars.
    private static IEnumerable<string> Segments(DataRow row, string field) => Fields.Find(row, field) is JsonArray items
        ? items.Select(item => item is JsonArray parts ? string.Join(" | ", parts.Select(part => Scalar(row, field, part))) : Scalar(row, field, item))
        : [Fields.Text(row, field)];

    private static string Scalar(DataRow row, string field, JsonNode? item) =>
        item is not null && Fields.Scalar(item) is { } text ? text : throw Fields.Wrong(row, field, "a list of texts, or of lists of them");

    private static FormatException Bad(string template, int at, string found) => new(
        $"The template '{template}' has {found} at character {at + 1}; expected fields such as {{title}}, {{title|pad}}, {{lines|join}} or {{endings|choices}} ({string.Join(", ", Operations)}), and {{{{ or }}}} for a brace.");
}
