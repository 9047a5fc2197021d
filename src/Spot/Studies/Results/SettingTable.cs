using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Spot.Studies;

/// <summary>The settings of a study on one target (<see cref="StudyPlan.Settings"/>, <see cref="SweepPlan"/>): what each reaches, and which validation chooses.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record SettingTable
{
    /// <summary>The target's name.</summary>
    public required string Target { get; init; }

    /// <summary>The seeds of the runs.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>The settings in the plan's order.</summary>
    public required IReadOnlyList<SettingRow> Rows { get; init; }

    /// <summary>
    /// The setting with the highest mean validation score, of equal ones the first; of those whose runs are all done, null where there is none. Test scores
    /// do not choose.
    /// </summary>
    public SettingRow? Chosen => Rows.Where(row => row.Missing == 0).MaxBy(row => row.Validation.Mean);

    /// <summary>How many runs are not done yet.</summary>
    public int Missing => Rows.Sum(row => row.Missing);

    /// <summary>The table as text, a line for each setting, the chosen one marked.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString()
    {
        int width = Rows.Select(row => row.Name.Length).DefaultIfEmpty().Max();
        string Line(SettingRow row) =>
            $"{(IsChosen(row) ? "*" : " ")} {row.Name.PadRight(width)}  validation {Spread(row.Validation)}{(row.Test is { } test ? $"  test {Spread(test)}" : "")}{(row.Missing > 0 ? $"  {Undone(row.Missing)}" : "")}";
        return string.Join(Environment.NewLine, [$"{Target}, {ResultText.Count(Rows.Count, "setting")} x {ResultText.Count(Seeds.Count, "run")}: {Choice()}", .. Rows.Select(Line)]);
    }

    /// <summary>The table in Markdown: mean ± deviation over the seeds, the chosen setting in bold.</summary>
    /// <returns>A sentence and a table, lines ending in LF.</returns>
    public string ToMarkdown()
    {
        bool tested = Rows.Any(row => row.Test is not null);
        StringBuilder text = new($"{Choice()}\n\n| setting | validation |{(tested ? " test |" : "")}\n| --- | ---: |{(tested ? " ---: |" : "")}\n");
        foreach (SettingRow row in Rows)
        {
            string name = row.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
            name = (IsChosen(row) ? $"**{name}**" : name) + (row.Missing > 0 ? $" ({Undone(row.Missing)})" : "");
            text.Append($"| {name} | {Spread(row.Validation)} |{(tested ? $" {(row.Test is { } test ? Spread(test) : "")} |" : "")}\n");
        }

        return text.ToString();
    }

    /// <summary>The table as JSON: target, seeds, the chosen setting's name, and of every setting mean, deviation and the scores of all seeds; null where there is no number.</summary>
    /// <returns>An indented object, lines ending in LF.</returns>
    public string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) }))
        {
            json.WriteStartObject();
            json.WriteString("target", Target);
            json.WriteStartArray("seeds");
            foreach (long seed in Seeds)
            {
                json.WriteNumberValue(seed);
            }

            json.WriteEndArray();
            json.WriteString("chosen", Chosen?.Name);
            json.WriteNumber("missing", Missing);
            json.WriteStartArray("settings");
            foreach (SettingRow row in Rows)
            {
                json.WriteStartObject();
                json.WriteString("name", row.Name);
                Write(json, "validation", row.Validation, row.ValidationScores);
                if (row.Test is { } test)
                {
                    Write(json, "test", test, row.TestScores!);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Whether a row is the chosen one's.</summary>
    internal bool IsChosen(SettingRow row) => ReferenceEquals(row, Chosen);

    /// <summary>A mean with its deviation over the seeds.</summary>
    internal static string Spread(ScoreSpread spread) =>
        double.IsNaN(spread.Mean) ? "–" : ResultText.Score(spread.Mean) + (double.IsNaN(spread.Deviation) ? "" : string.Create(CultureInfo.InvariantCulture, $" ± {spread.Deviation:F1}"));

    /// <summary>What validation chooses, as a sentence.</summary>
    internal string Choice()
    {
        string left = Missing > 0 ? $" Not finished: {Undone(Missing)}." : "";
        return Chosen is { } chosen ? $"Validation chooses {chosen.Name}{(chosen.Test is { } test ? $", which has {Spread(test)} on test examples" : "")}.{left}" : $"No setting can be chosen yet.{left}";
    }

    private static string Undone(int runs) => $"{ResultText.Count(runs, "run")} not done";

    private static void Write(Utf8JsonWriter json, string name, ScoreSpread spread, IReadOnlyList<double> scores)
    {
        json.WriteStartObject(name);
        json.WritePropertyName("mean");
        Write(json, spread.Mean);
        json.WritePropertyName("deviation");
        Write(json, spread.Deviation);
        json.WriteStartArray("scores");
        foreach (double score in scores)
        {
            Write(json, score);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
