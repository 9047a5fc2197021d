using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>
/// A text with fields in braces: <c>sentence1: {a} sentence2: {b}</c>. Behind a bar stands what is done with the field: <c>pad</c> puts spaces around
/// punctuation, <c>join</c> joins a list with spaces, <c>choices</c> writes a list as <c>choice1: … choice2: …</c>. Doubled braces are braces.
/// </summary>
/// <remarks>What the fields hold is never looked at again, so braces in the data are plain text.</remarks>
internal sealed class InputTemplate
{
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
                if (field[0].Length == 0 || field.Length > 2 || (field.Length == 2 && field[1] is not ("pad" or "join" or "choices")))
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
        "join" => string.Join(' ', Fields.List(row, field)),
        "choices" => string.Join(' ', Fields.List(row, field).Select((choice, i) => string.Create(CultureInfo.InvariantCulture, $"choice{i + 1}: {choice}"))),
        _ => Fields.Text(row, field),
    };

    private static FormatException Bad(string template, int at, string found) => new(
        $"The template '{template}' has {found} at character {at + 1}; expected fields such as {{title}}, {{title|pad}}, {{lines|join}} or {{endings|choices}}, and {{{{ or }}}} for a brace.");
}
