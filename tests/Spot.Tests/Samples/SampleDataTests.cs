using System.Text.Json;
using Spot.Tests.Library;

namespace Spot.Tests.Samples;

public class SampleDataTests
{
    private static readonly string Folder = Path.Combine(TestPaths.RepositoryRoot, "samples", "data");

    public static TheoryData<string> Names => [.. TaskFolders().Select(folder => Path.GetFileName(folder)!)];

    [Fact]
    public void There_are_enough_tasks_and_families()
    {
        List<TextTask> tasks = [.. TaskFolders().Select(Read)];
        Assert.True(tasks.Count >= 8, $"found {tasks.Count} tasks");
        List<IGrouping<string?, TextTask>> families = [.. tasks.GroupBy(task => task.Family)];
        Assert.True(families.Count >= 4, $"found {families.Count} families");
        Assert.All(families, family => Assert.True(family.Count() >= 2, $"the family {family.Key} has one task"));
        Assert.All(families, family => Assert.All(family, task => Assert.Equal(family.First().Labels, task.Labels)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Task_loads_and_names_itself(string name)
    {
        TextTask task = Read(Path.Combine(Folder, name));
        Assert.Equal(name, task.Name);
        Assert.False(string.IsNullOrWhiteSpace(task.Family));
        Assert.True(task.Labels.Count >= 2);
        Assert.NotEmpty(task.Train);
        Assert.NotEmpty(task.Validation);
        Assert.NotEmpty(task.Test);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Labels_are_balanced_in_every_split(string name)
    {
        TextTask task = Read(Path.Combine(Folder, name));
        foreach (IReadOnlyList<TextExample> split in new[] { task.Train, task.Validation, task.Test })
        {
            double share = (double)split.Count / task.Labels.Count;
            Assert.All(task.Labels, label => Assert.InRange(split.Count(row => row.Target == label), share * 0.9, share * 1.1));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Inputs_are_short_and_carry_a_field_name(string name)
    {
        TextTask task = Read(Path.Combine(Folder, name));
        Assert.All(Rows(task), row =>
        {
            Assert.Matches(@"^[a-z]+: [\p{Lu}\d].*[.!?]$", row.Input);
            Assert.DoesNotMatch(@"[{}()|\[\]]|  | [.,;:!?]", row.Input);
            Assert.InRange(row.Input.Split(' ').Length, 8, 26);
        });
    }

    [Fact]
    public void No_input_occurs_twice_in_any_split_of_any_task()
    {
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (TextExample row in TaskFolders().Select(Read).SelectMany(Rows))
        {
            string text = row.Input[(row.Input.IndexOf(':', StringComparison.Ordinal) + 2)..];
            Assert.True(seen.Add(text), $"twice: {text}");
        }
    }

    private static IEnumerable<string> TaskFolders() =>
        Directory.GetDirectories(Folder)
            .Where(folder => File.Exists(Path.Combine(folder, "task.json")))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<TextExample> Rows(TextTask task) => [.. task.Train, .. task.Validation, .. task.Test];

    private static TextTask Read(string folder)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "task.json")));
        JsonElement root = json.RootElement;
        return new TextTask(
            root.GetProperty("name").GetString()!,
            [.. root.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)],
            ReadSplit(folder, "train"),
            ReadSplit(folder, "validation"),
            ReadSplit(folder, "test"),
            root.GetProperty("family").GetString());
    }

    private static List<TextExample> ReadSplit(string folder, string split)
    {
        List<TextExample> rows = [];
        foreach (string line in File.ReadLines(Path.Combine(folder, split + ".jsonl")))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            rows.Add(new TextExample(json.RootElement.GetProperty("input").GetString()!, json.RootElement.GetProperty("target").GetString()!));
        }

        return rows;
    }
}
