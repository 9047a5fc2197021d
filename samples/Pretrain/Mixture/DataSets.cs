using System.Text.Json.Nodes;
using Spot.Tasks;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Reads data sets from folders of <c>train.jsonl.gz</c>, <c>validation.jsonl.gz</c> and <c>meta.json</c> with the names of the classes.</summary>
/// <param name="root">The folder that holds a folder for each data set.</param>
internal sealed class DataSets(string root)
{
    /// <summary>The data sets that were read.</summary>
    public SortedSet<string> Used { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a data set is there.</summary>
    public bool Has(string name) => Directory.Exists(Path.Combine(root, name)) && DataFile.Find(Path.Combine(root, name), "train").Count > 0;

    /// <summary>Reads a data set of texts and classes.</summary>
    /// <param name="name">Its folder.</param>
    /// <param name="text">Makes the text of a row.</param>
    /// <param name="label">The field of the class: a number, or several of which the rows with one alone are taken.</param>
    public SplitRows Read(string name, Func<JsonObject, string> text, string label)
    {
        JsonArray names = JsonNode.Parse(File.ReadAllText(Path.Combine(root, name, "meta.json")))!["labels"]!.AsArray();
        return new SplitRows(Split("train"), Split("validation"));

        List<Labelled> Split(string split) =>
            [.. from row in Rows(name, split) let id = ClassOf(row[label]!) where id >= 0 select new Labelled(text(row), names[id]!.GetValue<string>())];
    }

    /// <summary>The rows of a split as they stand in the file.</summary>
    public IEnumerable<JsonObject> Rows(string name, string split)
    {
        Used.Add(name);
        return DataFile.Find(Path.Combine(root, name), split).SelectMany(path => DataFile.Read(path)).Select(row => row.Fields);
    }

    /// <summary>Passages of an encyclopedia: those that Quoref asks about; none where it is not there.</summary>
    public IEnumerable<string> Encyclopedia() => Has("quoref") ? Rows("quoref", "train").Select(row => row["context"]!.GetValue<string>()).Distinct(StringComparer.Ordinal) : [];

    private static int ClassOf(JsonNode label) => label is JsonArray several ? several.Count == 1 ? several[0]!.GetValue<int>() : -1 : label.GetValue<int>();
}
