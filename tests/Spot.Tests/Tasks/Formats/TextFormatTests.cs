using System.Text.Json.Nodes;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Formats;

public class TextFormatTests
{
    [Fact]
    public void A_template_needs_no_code_and_never_reads_data_as_template()
    {
        TextFormat format = TextFormat.FromTemplate("pairs", "a: {a} {{b}}: {b.c}", "same", new Dictionary<string, string> { ["1"] = "yes", ["0"] = "no" });
        TextExample example = Assert.Single(format.Apply(Row("""{"a": "{b.c} $1 \\1 {{", "b": {"c": 7}, "same": 1}""")));
        Assert.Equal(new TextExample("a: {b.c} $1 \\1 {{ {b}: 7", "yes"), example);
        Assert.Equal(["yes", "no"], format.Labels);
        Assert.Equal("yes", format.Apply(Row("""{"a": "", "b": {"c": ""}, "same": "yes"}"""))[0].Target);
    }

    [Fact]
    public void The_input_of_a_row_is_written_without_its_answer()
    {
        Assert.Equal("a: x", TextFormat.FromTemplate("own", "a: {a}", "label").WriteInput(Row("""{"a": "x"}""")));
        TextFormat cb = TextFormat.Named("cb");
        DataRow row = Row("""{"premise": "p", "hypothesis": "h", "label": 0}"""), hidden = Row("""{"premise": "p", "hypothesis": "h"}""");
        Assert.Equal(cb.Apply(row)[0].Input, cb.WriteInput(hidden));
        Assert.Equal(cb.Apply(row, prefix: false)[0].Input, cb.WriteInput(hidden, prefix: false));
        Assert.NotEqual(cb.WriteInput(hidden), cb.WriteInput(hidden, prefix: false));
        Assert.Contains("field 'a'", Assert.Throws<InvalidDataException>(() => TextFormat.FromTemplate("own", "a: {a}", "label").WriteInput(Row("""{"b": "x"}"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_values_may_mean_one_label_from_code_and_from_JSON()
    {
        Dictionary<string, string> words = new() { ["5"] = "good", ["4"] = "good", ["1"] = "bad" };
        TextFormat code = TextFormat.FromTemplate("stars", "{text}", "stars", words);
        TextFormat json = TextFormat.Parse("""{"name": "stars", "input": "{text}", "target": "stars", "prefix": false, "labels": {"5": "good", "4": "good", "1": "bad"}}""");
        foreach (TextFormat format in new[] { code, json })
        {
            Assert.Equal(["good", "bad"], format.Labels);
            Assert.Equal(["good", "good", "bad", "good"], new[] { "5", "\"4\"", "1", "\"good\"" }.Select(stars => format.Apply(Row($$"""{"text": "x", "stars": {{stars}}}"""))[0].Target));
            Assert.Contains("expected one of 5, 4, 1", Assert.Throws<InvalidDataException>(() => format.Apply(Row("""{"text": "x", "stars": 0}"""))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Fields_are_found_by_name_path_and_alias()
    {
        TextFormat format = TextFormat.Parse("""{"name": "x", "input": "{a.b} {c}", "target": "t", "aliases": {"c": "Column C", "t": "gold.label"}}""");
        Assert.Equal(new TextExample("whole alias", "y"), format.Apply(Row("""{"a.b": "whole", "a": {"b": "part"}, "Column C": "alias", "gold": {"label": "y"}}"""))[0]);
        Assert.Equal(new TextExample("part own", "z"), format.Apply(Row("""{"a": {"b": "part"}, "c": "own", "Column C": "alias", "t": "z", "gold": {"label": "y"}}"""))[0]);
    }

    [Theory]
    [InlineData("{a", "not closed")]
    [InlineData("a}", "not opened")]
    [InlineData("{}", "'{}'")]
    [InlineData("{a|upper}", "'{a|upper}'")]
    public void A_bad_template_is_refused(string template, string problem) =>
        Assert.Contains(problem, Assert.Throws<FormatException>(() => TextFormat.FromTemplate("x", template, "y")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"name": "x", "input": "{a}"}""", "target")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "inputs": 1}""", "inputs")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "metrics": ["best"]}""", "'best'")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "kind": "label"}""", "0 labels")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "labels": {"1": "p", "1": "q"}}""", "Duplicate")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "labels": "p"}""", "labels")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "labels": {"1": null}}""", "labels")]
    [InlineData("""{"name": "x", "input": "{a}", "target": "b", "labels": ["p", null]}""", "labels")]
    [InlineData("""{"name": "x", "target": "b"}""", "input template")]
    [InlineData("[]", "no format")]
    [InlineData("null", "null")]
    public void A_bad_file_is_refused(string json, string problem)
    {
        string message = Assert.Throws<InvalidDataException>(() => TextFormat.Parse(json, "mine.json")).Message;
        Assert.Contains("'mine.json' is no format", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_rows_are_told_with_their_place()
    {
        TextFormat format = TextFormat.Named("sst2");
        Assert.Contains("'f', line 3: found no field 'sentence', only 'text', 'label'", Message("""{"text": "x", "label": 1}"""), StringComparison.Ordinal);
        Assert.Contains("'label' is 2, expected a label's id, 0 … 1, or its word (negative, positive)", Message("""{"sentence": "x", "label": 2}"""), StringComparison.Ordinal);
        Assert.Contains("'sentence' is {}, expected a text", Message("""{"sentence": {}, "label": 1}"""), StringComparison.Ordinal);

        string Message(string row) => Assert.Throws<InvalidDataException>(() => format.Apply(Row(row))).Message;
    }

    [Fact]
    public void An_unknown_name_gets_similar_ones() =>
        Assert.Contains("sst2, sst5", Assert.Throws<ArgumentException>(() => TextFormat.Named("sst3")).Message, StringComparison.Ordinal);

    [Fact]
    public void Several_labels_are_scored_as_sets()
    {
        TextFormat format = TextFormat.Named("go_emotions");
        TextExample first = format.Apply(Row("""{"text": "x", "labels": [1, 3]}"""))[0], second = format.Apply(Row("""{"text": "x", "labels": [0]}"""))[0];
        Assert.Equal($"{format.Labels[1]}, {format.Labels[3]}", first.Target);
        TaskPrediction[] predictions = [new(first, $"{format.Labels[3]},{format.Labels[1]}", -1), new(second, format.Labels[1], -1)];
        double Score(string name) => format.Metrics.Single(metric => metric.Name == name).Score(predictions, []);
        Assert.Equal(50, Score("multilabel_exact_match"));
        Assert.Equal(100 * ((2.0 / 3) + 1) / format.Labels.Count, Score("multilabel_macro_f1"), 1e-9); // labels 1 and 3; the others are never right
    }

    [Fact]
    public void Groups_and_wrong_referents_are_kept_for_the_metrics()
    {
        TextExample answer = TextFormat.Named("multirc").Apply(Row("""{"question": "q", "answer": "a", "paragraph": "p", "label": 1, "idx": {"paragraph": 2, "question": 5, "answer": 9}}"""))[0];
        Assert.Equal("5", answer.Group);
        const string schema = """{"text": "The dog saw the cat and it ran .", "span1_index": 0, "span1_text": "The dog", "span2_index": 6, "span2_text": "it", "label": 0}""";
        Assert.Empty(TextFormat.Named("wsc_train").Apply(Row(schema)));
        Assert.Empty(TextFormat.Named("wsc_eval").Apply(Row(schema))[0].Answers!);
    }

    private static DataRow Row(string json) => new((JsonObject)JsonNode.Parse(json)!, "'f', line 3");
}
