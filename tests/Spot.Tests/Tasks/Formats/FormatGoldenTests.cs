using System.Text.Json;
using System.Text.Json.Nodes;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Formats;

/// <summary>What the original code of T5, SPoT and prompt tuning writes.</summary>
public class FormatGoldenTests
{
    // Offered by no one: an older way to mark pronouns.
    private const string NotOffered = "wsc_marked";

    public static TheoryData<string> Folders() => [.. GoldenData.Folders("preprocess")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Examples_are_written_as_the_original_code_does(string folder)
    {
        foreach (JsonObject[] outputs in Lines(folder, "cases.jsonl").GroupBy(Example).Select(group => group.ToArray()))
        {
            JsonObject first = outputs[0];
            string id = $"{first["id"]}: {first["note"]}";
            string task = (string)first["task"]!;
            if (task == NotOffered)
            {
                continue;
            }

            TextFormat format = TextFormat.Named(task);
            DataRow row = new((JsonObject)first["example"]!.DeepClone(), id);
            if (first["error"] is not null)
            {
                Assert.Contains(id, Assert.Throws<InvalidDataException>(() => format.Apply(row, training: true)).Message, StringComparison.Ordinal);
                continue;
            }

            IReadOnlyList<TextExample> found = format.Apply(row);
            Assert.True((int)first["output_count"]! == found.Count, $"{id}: {found.Count} outputs");
            foreach (JsonObject output in outputs.Where(_ => found.Count > 0))
            {
                int at = (int)output["output_index"]!;
                Equal((string)output["inputs"]!, found[at].Input, id);
                Equal((string)output["targets"]!, found[at].Target, id);
                Equal((string?)output["inputs_taskless"] ?? (string)output["inputs"]!, format.Apply(row, prefix: false)[at].Input, id);
                if (output["answers"] is JsonArray { Count: > 0 } answers)
                {
                    Assert.Equal(answers.Select(answer => (string)answer!), found[at].Answers!);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Operations_on_strings_are_those_of_the_original_code(string folder)
    {
        foreach (JsonObject line in Lines(folder, "ops.jsonl"))
        {
            string text = line["in"]!.GetValueKind() == JsonValueKind.String ? (string)line["in"]! : "";
            string found = (string)line["op"]! switch
            {
                "pad_punctuation" => TextOperations.PadPunctuation(text),
                "collapse_whitespace" => TextOperations.CollapseSpaces(text),
                "multirc_markup" => TextOperations.RemoveMarkup(text),
                "record_passage" => TextOperations.JoinHighlights(text),
                "remove_first_token" => TextOperations.RemoveFirstToken(text),
                "stsb_label" => Fifths(line["in"]!),
                string other => throw new InvalidDataException($"Unknown operation '{other}'."),
            };
            Equal((string)line["out"]!, found, line.ToJsonString());
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Answers_are_read_as_the_original_code_does(string folder)
    {
        foreach (JsonObject line in Lines(folder, "postprocess.jsonl"))
        {
            string prediction = (string)line["prediction"]!;
            double found = (string)line["op"]! switch
            {
                "label_to_id" => ClassificationMetrics.LabelId(prediction, [.. line["labels"]!.AsArray().Select(label => (string)label!)]),
                "string_to_float" => RegressionMetrics.ParseNumber(prediction),
                "wsc_simple" => ReferentMatch.Label(prediction, (string)line["targets"]!),
                string other => throw new InvalidDataException($"Unknown operation '{other}'."),
            };
            Assert.True(found.Equals(line["out"]!.GetValueKind() == JsonValueKind.Number ? (double)line["out"]! : double.Parse((string)line["out"]!, null)), line.ToJsonString());
        }
    }

    private static string Fifths(JsonNode score) =>
        TextFormat.Named("stsb").Apply(new DataRow(new JsonObject { ["sentence1"] = "", ["sentence2"] = "", ["label"] = score.DeepClone() }, "op"))[0].Target;

    private static string Example(JsonObject line) => $"{line["task"]} {line["example"]!.ToJsonString()}";

    private static void Equal(string expected, string found, string id) => Assert.True(expected == found, $"{id}\nexpected: {expected}\nfound:    {found}");

    private static IEnumerable<JsonObject> Lines(string folder, string file) =>
        File.ReadLines(Path.Combine(folder, file)).Where(line => line.Length > 0).Select(line => (JsonObject)JsonNode.Parse(line)!);
}
