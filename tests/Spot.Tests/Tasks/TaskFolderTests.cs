using Spot.Tasks;

namespace Spot.Tests.Tasks;

public sealed class TaskFolderTests : IDisposable
{
    private const string Good = """{"input": "a film", "target": "good"}""";
    private const string Bad = """{"input": "a bore", "target": "bad", "id": 7}""";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Loads_the_bundled_tasks()
    {
        string folder = Path.Combine(TestPaths.RepositoryRoot, "samples", "data");
        IReadOnlyList<TextTask> tasks = TaskFolder.LoadAll(folder);
        string[] names = [.. Directory.GetFiles(folder, "train.jsonl", SearchOption.AllDirectories)
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!)).Order(StringComparer.Ordinal)];
        Assert.Equal(names, tasks.Select(task => task.Name));
        Assert.All(tasks, task => Assert.Equal(task.Fingerprint, TaskFolder.Load(Path.Combine(folder, task.Name)).Fingerprint));
    }

    [Fact]
    public void Reads_card_splits_and_nothing_else()
    {
        Write("task.json", """{"name": "films", "family": "sentiment", "labels": ["good", "bad"], "description": "CC0"}""");
        Write("train.jsonl", $"{Good}\n\n{Bad}\r\n   \n");
        Write("validation.jsonl", Bad);
        Write("test.jsonl", Good);
        TextTask task = TaskFolder.Load(_folder.Path);
        Assert.Equal(("films", "sentiment"), (task.Name, task.Family));
        Assert.Equal(["good", "bad"], task.Labels);
        Assert.Equal([new("a film", "good"), new("a bore", "bad")], task.Train);
        Assert.Equal([new("a bore", "bad")], task.Validation);
        Assert.Equal([new("a film", "good")], task.Test);
    }

    [Fact]
    public void Without_a_card_the_folder_names_the_task_and_the_targets_are_the_labels()
    {
        Splits($"{Good}\n{Bad}\n{Good}", Good);
        TextTask task = TaskFolder.Load(_folder.Path + Path.DirectorySeparatorChar);
        Assert.Equal(Path.GetFileName(_folder.Path), task.Name);
        Assert.Null(task.Family);
        Assert.Equal(["bad", "good"], task.Labels);
        Assert.Empty(task.Test);
    }

    [Fact]
    public void Many_different_targets_mean_a_free_form_task()
    {
        string[] rows = [.. Enumerable.Range(0, TaskFolder.MaxInferredLabels).Select(i => $$"""{"input": "x", "target": "answer {{i}}"}""")];
        Splits(string.Join('\n', rows), rows[0]);
        Assert.Equal(TaskFolder.MaxInferredLabels, TaskFolder.Load(_folder.Path).Labels.Count);
        Splits(string.Join('\n', [.. rows, Good]), Bad);
        Assert.Empty(TaskFolder.Load(_folder.Path).Labels);
    }

    [Theory]
    [InlineData("""{"input": "x", "target": "good"}, """, "','")]
    [InlineData("""{"input": "x", "target": """, "JSON object")]
    [InlineData("""{"input": "x"}""", "no field 'target', only 'input'")]
    [InlineData("""{"target": "good"}""", "no field 'input', only 'target'")]
    [InlineData("""{"input": null, "target": "good"}""", "'input' is null")]
    [InlineData("""{"input": "x", "target": null}""", "'target' is null")]
    [InlineData("""{"input": [3], "target": "good"}""", "'input' is [3], expected a text")]
    [InlineData("""["x", "good"]""", "found")]
    [InlineData("x\tgood", "JSON")]
    public void A_broken_line_is_refused_with_file_and_line(string line, string problem)
    {
        Splits($"{Good}\n\n{line}\n{Bad}", Good);
        string message = Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;
        Assert.Contains($"'{FilePath("train.jsonl")}', line 3: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_outside_the_labels_is_refused_with_file_line_and_labels()
    {
        string odd = """{"input": "x", "target": "Good"}""";
        Splits($"{Good}\n{Bad}", $"{Good}\n{odd}");
        string message = Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;
        Assert.Contains($"'{FilePath("validation.jsonl")}', line 2: found the target 'Good', expected one of 'bad', 'good'.", message, StringComparison.Ordinal);
        Write("task.json", """{"labels": ["good", "fair"]}""");
        message = Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;
        Assert.Contains($"'{FilePath("train.jsonl")}', line 2: found the target 'bad', expected one of 'good', 'fair'.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"labels": ["good", "bad", "good"]}""", "the label 'good' twice")]
    [InlineData("""{"labels": ["good", "bad", ""]}""", "empty label")]
    [InlineData("""{"labels": ["good", null]}""", "'labels' is [\"good\",null], expected a list of texts")]
    [InlineData("""{"labels": "good"}""", "task.json")]
    [InlineData("""{"labels": ["good", "bad"]""", "task.json")]
    [InlineData("""["good", "bad"]""", "task.json")]
    [InlineData("""{"name": 3}""", "task.json")]
    [InlineData("""{"name": ""}""", "name")]
    public void A_bad_card_is_refused(string card, string problem)
    {
        Splits($"{Good}\n{Bad}", Good);
        Write("task.json", card);
        string message = Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;
        Assert.Contains(_folder.Path, message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_card_says_how_rows_of_other_files_are_written()
    {
        Write("task.json", """
            {"name": "stars", "format": {"input": "title: {title} text: {body.text}", "target": "stars", "labels": {"1": "bad", "5": "good"}, "metrics": ["macro_f1"]}}
            """);
        Write("train.json", """[{"title": "A {b}", "body": {"text": "x"}, "stars": 5}, {"title": "C", "body": {"text": "y"}, "stars": "1"}]""");
        Write("validation.jsonl", """{"title": "D", "body": {"text": "z"}, "stars": 1}""");
        TextTask task = TaskFolder.Load(_folder.Path);
        Assert.Equal([new("title: A {b} text: x", "good"), new("title: C text: y", "bad")], task.Train);
        Assert.Equal(("stars", "macro_f1"), (task.Name, task.Metrics.Single().Name));
        Assert.Equal(["bad", "good"], task.Labels);
        Write("task.json", """{"format": "sst2"}""");
        Assert.Contains("no field 'sentence'", Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message, StringComparison.Ordinal);
        Write("task.json", """{"format": {"input": "title: {title", "target": "stars"}}""");
        Assert.Contains("not closed", Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_may_have_no_header_other_names_and_hidden_test_labels()
    {
        Write("task.json", """{"format": {"input": "{text}", "target": "mood", "labels": ["bad", "good"], "columns": ["mood", "text"]}}""");
        Write("train.csv", "1,fine\n0,dull\n");
        Write("dev.tsv", "mood\ttext\n1\tbright\n");
        Write("test.csv", "-1,secret\n");
        TextTask task = TaskFolder.Load(_folder.Path);
        Assert.Equal([new("fine", "good"), new("dull", "bad")], task.Train);
        Assert.Equal([new("bright", "good")], task.Validation);
        Assert.Empty(task.Test);
    }

    [Fact]
    public void Missing_folders_and_files_are_named()
    {
        string none = FilePath("none");
        Assert.Contains($"'{none}'", Assert.Throws<DirectoryNotFoundException>(() => TaskFolder.Load(none)).Message, StringComparison.Ordinal);
        Assert.Contains($"'{none}'", Assert.Throws<DirectoryNotFoundException>(() => TaskFolder.LoadAll(none)).Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, Assert.Throws<InvalidDataException>(() => TaskFolder.LoadAll(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(FilePath("train.jsonl"), Assert.Throws<FileNotFoundException>(() => TaskFolder.Load(_folder.Path)).FileName);
        Write("train.jsonl", $"{Good}\n{Bad}");
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => TaskFolder.Load(_folder.Path));
        Assert.Equal(FilePath("validation.jsonl"), error.FileName);
        Assert.Contains("No validation examples", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train.jsonl")]
    [InlineData("validation.jsonl")]
    [InlineData("test.jsonl")]
    public void An_empty_file_is_refused(string name)
    {
        Splits($"{Good}\n{Bad}", Good);
        Write(name, "\n  \n");
        string message = Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;
        Assert.Contains($"'{FilePath(name)}' holds no rows", message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_loads_folders_in_ordinal_order_and_skips_others()
    {
        foreach (string name in new[] { "b", "C", "a" })
        {
            Directory.CreateDirectory(FilePath(name));
            Write(Path.Combine(name, "train.jsonl"), $"{Good}\n{Bad}");
            Write(Path.Combine(name, "validation.jsonl"), Good);
        }

        Directory.CreateDirectory(FilePath("notes"));
        Write("readme.txt", "x");
        Assert.Equal(["C", "a", "b"], TaskFolder.LoadAll(_folder.Path).Select(task => task.Name));
        File.Delete(FilePath(Path.Combine("a", "validation.jsonl")));
        Assert.Throws<FileNotFoundException>(() => TaskFolder.LoadAll(_folder.Path));
    }

    private string FilePath(string name) => Path.Combine(_folder.Path, name);

    private void Write(string name, string text) => File.WriteAllText(FilePath(name), text);

    private void Splits(string train, string validation)
    {
        Write("train.jsonl", train);
        Write("validation.jsonl", validation);
    }
}
