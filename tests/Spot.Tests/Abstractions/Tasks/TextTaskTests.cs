namespace Spot.Tests.Abstractions;

public class TextTaskTests
{
    private static readonly TextExample A = new("one", "yes");
    private static readonly TextExample B = new("two", "no");

    [Fact]
    public void Holds_what_it_was_given()
    {
        TextTask task = new("t", ["yes", "no"], [A, B], [B], [A], "kind");
        Assert.Equal(("t", "kind"), (task.Name, task.Family));
        Assert.Equal(["yes", "no"], task.Labels);
        Assert.Equal([A, B], task.Train);
        Assert.Equal([B], task.Validation);
        Assert.Equal([A], task.Test);
        Assert.Empty(new TextTask("t", [], [A], [A]).Test);
        Assert.Null(new TextTask("t", [], [A], [A]).Family);
    }

    [Fact]
    public void Keeps_labels_and_examples_when_the_sources_change()
    {
        string[] labels = ["yes", "no"];
        List<TextExample> train = [A], validation = [A], test = [A];
        TextTask task = new("t", labels, train, validation, test);
        string fingerprint = new TextTask("t", ["yes", "no"], [A], [A], [A]).Fingerprint;
        labels[0] = "maybe";
        train[0] = new TextExample("else", "something");
        validation.Clear();
        test.Add(B);
        Assert.Equal("yes", task.Labels[0]);
        Assert.All([task.Train, task.Validation, task.Test], split => Assert.Equal([A], split));
        Assert.Equal(fingerprint, task.Fingerprint);
    }

    [Fact]
    public void Refuses_a_target_outside_the_labels_and_says_where()
    {
        TextExample odd = new("three", "Yes");
        foreach ((Func<TextTask> make, string where) in new (Func<TextTask>, string)[]
        {
            (() => new("t", ["yes", "no"], [A, odd], [A]), "train example 2"),
            (() => new("t", ["yes", "no"], [A], [odd]), "validation example 1"),
            (() => new("t", ["yes", "no"], [A], [A], [A, B, odd]), "test example 3"),
        })
        {
            ArgumentException error = Assert.Throws<ArgumentException>(make);
            Assert.Contains($"Task 't', {where}: found the target 'Yes', expected one of the labels 'yes', 'no'.", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("Yes", new TextTask("t", [], [odd], [odd]).Train[0].Target);
    }

    [Fact]
    public void Refuses_empty_splits_repeated_labels_and_empty_names()
    {
        Assert.Contains("no train examples", Message(() => new("t", [], [], [A])), StringComparison.Ordinal);
        Assert.Contains("no validation examples", Message(() => new("t", [], [A], [])), StringComparison.Ordinal);
        Assert.Contains("the label 'yes' twice", Message(() => new("t", ["yes", "no", "yes"], [A], [A])), StringComparison.Ordinal);
        Assert.Contains("Task 't' has an empty label", Message(() => new("t", ["yes", " "], [A], [A])), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("name", () => new TextTask(" ", [], [A], [A]));
    }

    [Theory]
    [InlineData("", "yes", "train example 2: found an empty input")]
    [InlineData(" \n", "yes", "train example 2: found an empty input")]
    [InlineData("x", "", "train example 2: found an empty target")]
    [InlineData("x\0", "yes", "train example 2: found a NUL character in the input")]
    [InlineData("x", "\0yes", "train example 2: found a NUL character in the target")]
    public void Refuses_examples_that_say_nothing(string input, string target, string problem)
    {
        TextExample odd = new(input, target);
        Assert.Contains($"Task 't', {problem}", Message(() => new("t", [], [A, odd], [A])), StringComparison.Ordinal);
        Assert.Contains("Task 't', validation example 1: ", Message(() => new("t", [], [A], [odd])), StringComparison.Ordinal);
        Assert.Contains("Task 't', test example 1: ", Message(() => new("t", [], [A], [A], [odd])), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_single_label() =>
        Assert.Contains("Task 't' has one label, 'yes', so that every answer is right", Message(() => new("t", ["yes"], [A], [A])), StringComparison.Ordinal);

    [Fact]
    public void Fingerprint_is_stable()
    {
        // What is stored beside a run carries it. The value: SHA-256 of counts (int32, little-endian) and UTF-8 texts, computed apart from this code.
        Assert.Equal("47fd02021ca267bee4f9a93c0a2c78b02b8cb21c00ad265039bd6a1375a280c1", Base().Fingerprint);
        Assert.Equal(Base().Fingerprint, new TextTask("t", ["yes", "no"], [A, B], [B], [A], family: "any").Fingerprint);
    }

    [Fact]
    public void Fingerprint_changes_with_name_labels_rows_and_order()
    {
        TextExample joined = new("onetwo", "yes"), split = new("one", "twoyes");
        TextTask[] tasks =
        [
            Base(),
            new("u", ["yes", "no"], [A, B], [B], [A]),
            new("t", ["no", "yes"], [A, B], [B], [A]),
            new("t", ["yes", "no", "maybe"], [A, B], [B], [A]),
            new("t", [], [A, B], [B], [A]),
            new("t", ["yes", "no"], [B, A], [B], [A]),
            new("t", ["yes", "no"], [A], [B], [A]),
            new("t", ["yes", "no"], [A], [B, B], [A]),
            new("t", ["yes", "no"], [A, B], [A], [A]),
            new("t", ["yes", "no"], [A, B], [B], [B]),
            new("t", ["yes", "no"], [A, B], [B]),
            new("t", ["yes", "no"], [A, B with { Input = "two " }], [B], [A]),
            new("t", ["yes", "no"], [A, B with { Target = "yes" }], [B], [A]),
            new("t", [], [joined], [A]),
            new("t", [], [split], [A]),
        ];
        Assert.Equal(tasks.Length, tasks.Select(task => task.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void Metrics_are_accuracy_unless_given_and_part_of_the_fingerprint()
    {
        TaskMetric own = new("own", (predictions, _) => predictions.Count), other = new("other", (predictions, _) => predictions.Count);
        Assert.Equal([TaskMetric.Accuracy], Base().Metrics);
        TextTask scored = new("t", ["yes", "no"], [A, B], [B], [A], metrics: [own, other]);
        Assert.Equal([own, other], scored.Metrics);
        string[] fingerprints =
        [
            Base().Fingerprint,
            scored.Fingerprint,
            new TextTask("t", ["yes", "no"], [A, B], [B], [A], metrics: [own]).Fingerprint,
            new TextTask("t", ["yes", "no"], [A, B], [B], [A], metrics: [other, own]).Fingerprint,
        ];
        Assert.Equal(4, fingerprints.Distinct().Count());
        Assert.Equal(Base().Fingerprint, new TextTask("t", ["yes", "no"], [A, B], [B], [A], metrics: [TaskMetric.Accuracy]).Fingerprint);
    }

    [Fact]
    public void Refuses_no_metric_and_two_of_one_name()
    {
        Assert.Contains("Task 't' has no metric", Message(() => new("t", [], [A], [A], metrics: [])), StringComparison.Ordinal);
        TaskMetric again = new("accuracy", (_, _) => 0);
        Assert.Contains(
            "Task 't' has two metrics of one name", Message(() => new("t", [], [A], [A], metrics: [TaskMetric.Accuracy, again])), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("name", () => new TaskMetric(" ", (_, _) => 0));
    }

    [Fact]
    public void Raw_text_is_a_task_whose_documents_are_inputs()
    {
        TextTask task = TextTask.FromText("web", ["one document", "another"], ["held out"]);
        Assert.Equal(("web", TextObjective.PrefixLanguageModel), (task.Name, task.Objective));
        Assert.Equal([new TextExample("one document", ""), new TextExample("another", "")], task.Train);
        Assert.Equal([new TextExample("held out", "")], task.Validation);
        Assert.Empty(task.Labels);
        Assert.Empty(task.Test);
        TextTask spans = TextTask.FromText("web", ["one document", "another"], ["held out"], TextObjective.SpanCorruption);
        Assert.Equal(TextObjective.SpanCorruption, spans.Objective);
        Assert.NotEqual(task.Fingerprint, spans.Fingerprint);
    }

    [Fact]
    public void Refuses_raw_text_without_documents_or_with_an_objective_that_needs_targets()
    {
        Assert.Contains("Task 'web' has no train examples", Message(() => TextTask.FromText("web", [], ["x"])), StringComparison.Ordinal);
        Assert.Contains("Task 'web' has no validation examples", Message(() => TextTask.FromText("web", ["x"], [])), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("train", () => TextTask.FromText("web", null!, ["x"]));
        Assert.Throws<ArgumentNullException>("validation", () => TextTask.FromText("web", ["x"], null!));
        Assert.Throws<ArgumentOutOfRangeException>("objective", () => TextTask.FromText("web", ["x"], ["x"], TextObjective.TextToText));
        Assert.Throws<ArgumentOutOfRangeException>("objective", () => TextTask.FromText("web", ["x"], ["x"], (TextObjective)9));
    }

    private static TextTask Base() => new("t", ["yes", "no"], [A, B], [B], [A]);

    private static string Message(Func<TextTask> make) => Assert.Throws<ArgumentException>(make).Message;
}
