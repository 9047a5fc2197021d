using Spot.Samples.TransferStudy;
using Spot.Tasks;
using Spot.Tests.Samples;

namespace Spot.Tests.Tasks.Registry;

/// <summary>What users register is known for the rest of the process, so every test has names of its own.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_format_and_a_family_of_a_file_are_found_by_name()
    {
        string file = Write("tasks.json", """
            {
              "formats": [{"name": "kitchen_stars", "input": "kitchen_stars text: {body}", "target": "stars", "labels": {"1": "bad", "5": "good"}}],
              "families": [{"name": "kitchen", "members": ["kitchen_stars", "cr"], "standIns": ["imdb"]}],
            }
            """);
        TaskRegistry.RegisterFrom(file);
        foreach (string split in new[] { "train", "validation" })
        {
            Write($"data/kitchen_stars/{split}.csv", "body,stars\nwarm,5\ncold,1\n");
            Write($"data/cr/{split}.csv", "text,label\nfine,1\n");
            Write($"data/imdb/{split}.csv", "text,label\nfine,1\n");
        }

        string data = Path.Combine(_folder.Path, "data");
        Assert.Contains("kitchen_stars", TextFormat.Names);
        Assert.Contains("kitchen_stars", TaskRegistry.Names);
        Assert.Contains("kitchen_stars", TaskRegistry.Available(data));
        Assert.Equal(new TextExample("kitchen_stars text: warm", "good"), TaskRegistry.Load("kitchen_stars", data, cancellationToken: Cancel).Train[0]);
        Assert.Equal("kitchen", TaskRegistry.Load("kitchen_stars", data, cancellationToken: Cancel).Family);
        Assert.Equal("sentiment", TaskFamily.Of("cr")); // a family of the paper stays what it is
        TaskMixture mixture = TaskFamily.Named("kitchen").Load(data, standIns: true, cancellationToken: Cancel);
        Assert.Equal(["kitchen_stars", "cr", "imdb"], mixture.Tasks.Select(task => task.Task.Name));

        Write("own/task.json", """{"format": "kitchen_stars"}""");
        Write("own/train.csv", "body,stars\nwarm,5\n");
        Write("own/validation.csv", "body,stars\ncold,1\n");
        Assert.Equal(["bad", "good"], TaskFolder.Load(Path.Combine(_folder.Path, "own")).Labels);

        Settings settings = StudyTasksTests.Settings(["kitchen"], ["imdb"], data);
        StudyTasks study = new(data);
        Assert.Equal(["kitchen_stars", "cr"], study.Choose(settings).Sources);
        Assert.Equal(["kitchen_stars", "cr"], study.Load(["kitchen_stars", "cr"], Cancel).Select(task => task.Name));
    }

    [Fact]
    public void A_metric_is_found_by_name_and_registered_once()
    {
        const string json = """{"name": "x", "input": "{a}", "target": "b", "metrics": ["test_length", "accuracy"]}""";
        Assert.Contains("'test_length'", Assert.Throws<InvalidDataException>(() => TextFormat.Parse(json)).Message, StringComparison.Ordinal);
        TaskMetric length = new("test_length", (predictions, _) => predictions.Average(prediction => prediction.Text.Length));
        TaskMetrics.Register(length);
        Assert.Same(length, TextFormat.Parse(json).Metrics[0]);
        Assert.Contains(length, TaskMetrics.All);
        Assert.Contains("There is a metric 'test_length' already", Assert.Throws<ArgumentException>(() => TaskMetrics.Register(length)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TaskMetrics.Register(new TaskMetric("accuracy", (_, _) => 0)));
        Assert.Throws<ArgumentException>(() => TaskMetrics.Register(new TaskMetric("multilabel_macro_f1", (_, _) => 0)));
    }

    [Fact]
    public void Names_that_are_taken_and_tasks_that_are_not_known_are_refused()
    {
        Assert.Contains("'squad_t5' already", Message(() => TaskRegistry.Register(TextFormat.FromTemplate("squad_t5", "{a}", "b"))), StringComparison.Ordinal);
        Assert.Contains("family 'nli' already", Message(() => TaskRegistry.Register(new TaskFamily("nli", ["cb"], []))), StringComparison.Ordinal);
        Assert.Contains("'sst3', which is not known. Similar names: sst", Message(() => TaskRegistry.Register(new TaskFamily("garden", ["sst3"], []))), StringComparison.Ordinal);
        Assert.Contains("has 0 members", Message(() => TaskRegistry.Register(new TaskFamily("garden", [], []))), StringComparison.Ordinal);
        TextFormat format = TextFormat.FromTemplate("garden_once", "{a}", "b");
        TaskRegistry.Register(format);
        Assert.Same(format, TextFormat.Named("garden_once"));
        Assert.Throws<ArgumentException>(() => TaskRegistry.Register(format));

        static string Message(Action register) => Assert.Throws<ArgumentException>(register).Message;
    }

    [Theory]
    [InlineData("""{"formats": [{"name": "pond_a", "input": "{a}", "target": "b"}], "families": [{"name": "pond", "members": ["pond_x"]}]}""", "'pond_x'")]
    [InlineData("""{"formats": [{"name": "pond_a", "input": "{a}", "target": "b"}], "families": [{"name": "glue", "members": ["pond_a"]}]}""", "'glue' already")]
    [InlineData("""{"formats": [{"name": "pond_a", "input": "{a}", "target": "b"}, {"name": "pond_a", "input": "{a}", "target": "b"}]}""", "'pond_a' already")]
    [InlineData("""{"formats": [{"name": "pond_a", "input": "{a}", "target": "b"}], "family": []}""", "did you mean 'families'?")]
    [InlineData("""{"formats": [{"name": "pond_a", "input": "{a}", "target": "b"}], "families": [{"name": "pond", "member": ["cb"]}]}""", "did you mean 'members'?")]
    [InlineData("""{"formats": [{"name": "pond_a", "input": "{a}"}]}""", "'target'")]
    [InlineData("""{"formats": {"name": "pond_a"}}""", "a list of objects")]
    [InlineData("[]", "expected an object")]
    public void Of_a_bad_file_nothing_is_registered(string json, string problem)
    {
        string file = Write("tasks.json", json);
        Exception error = Assert.ThrowsAny<Exception>(() => TaskRegistry.RegisterFrom(file));
        Assert.True(error is InvalidDataException or ArgumentException, error.ToString());
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pond_a", TextFormat.Names);
        Assert.DoesNotContain(TaskFamily.All, family => family.Name == "pond");
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
