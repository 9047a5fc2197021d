using System.Globalization;
using System.Text.Json;
using Spot.Tasks;
using Spot.Tests.Tasks.Metrics;

namespace Spot.Tests.Tasks;

/// <summary>The ready metrics, by predictions of examples, against the reference's numbers.</summary>
public class TaskMetricsTests
{
    [Fact]
    public void Metrics_of_labels_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("classification.json", "cases").Concat(MetricGolden.Large("classification")))
        {
            int[] targets = item.Integers("targets");
            int[] found = item.Integers("predictions");
            foreach (JsonProperty expected in item.GetProperty("expected").EnumerateObject())
            {
                (TaskMetric metric, int classes) = expected.Name switch
                {
                    "accuracy" => (TaskMetrics.Accuracy, 0),
                    "f1" => (TaskMetrics.F1, 2),
                    "matthews_corrcoef" => (TaskMetrics.Matthews, 0),
                    _ => (TaskMetrics.MacroF1, item.GetProperty("extra").GetProperty("num_classes").GetInt32()),
                };
                classes = classes > 0 ? classes : targets.Concat(found).Max() + 1;
                if (targets.Any(id => id < 0))
                {
                    continue; // no example of a task has a target that is none of its labels
                }

                string[] labels = Labels(Math.Max(classes, 1));
                MetricGolden.Equal(expected.Value, metric.Score(OfIds(targets, found, labels), labels), $"{expected.Name} of '{item.Text("name")}'");
            }
        }
    }

    [Fact]
    public void Correlations_of_written_numbers_equal_the_reference_and_NaN_stays_NaN()
    {
        bool undefined = false;
        foreach (JsonElement item in MetricGolden.Rows("correlation.json", "cases").Concat(MetricGolden.Large("stsb")))
        {
            string[] texts = item.Text("metric") == "stsb" ? item.Texts("predictions") : [.. item.Numbers("predictions").Select(Written)];
            TaskPrediction[] predictions = [.. item.Numbers("targets").Select((target, i) => new TaskPrediction(new TextExample("", Written(target)), texts[i], -1))];
            JsonElement expected = item.GetProperty("expected");
            MetricGolden.Equal(expected.GetProperty("pearson_corrcoef"), TaskMetrics.Pearson.Score(predictions, []), $"Pearson of '{item.Text("name")}'");
            MetricGolden.Equal(expected.GetProperty("spearman_corrcoef"), TaskMetrics.Spearman.Score(predictions, []), $"Spearman of '{item.Text("name")}'");
            undefined |= double.IsNaN(expected.GetProperty("pearson_corrcoef").Number());
        }

        Assert.True(undefined);
    }

    [Fact]
    public void Squad_equals_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "squad").Concat(MetricGolden.Large("squad")))
        {
            TaskPrediction[] predictions = [.. item.TextLists("targets").Zip(item.Texts("predictions"), Answered)];
            JsonElement expected = item.GetProperty("expected");
            MetricGolden.Equal(expected.GetProperty("f1"), TaskMetrics.SquadF1.Score(predictions, []), item.Text("name"));
            MetricGolden.Equal(expected.GetProperty("em"), TaskMetrics.SquadExactMatch.Score(predictions, []), item.Text("name"));
        }
    }

    [Fact]
    public void MultiRc_equals_the_reference()
    {
        string[] labels = ["False", "True"];
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "multirc").Concat(MetricGolden.Large("multirc")))
        {
            int[] targets = [.. Fields(item, "targets", "value").Select(value => value.GetInt32())];
            int[] found = [.. Fields(item, "predictions", "value").Select(value => value.GetInt32())];
            TaskPrediction[] predictions = Grouped(OfIds(targets, found, labels), item);
            JsonElement expected = item.GetProperty("expected");
            MetricGolden.Equal(expected.GetProperty("f1"), TaskMetrics.MultiRcF1.Score(predictions, labels), item.Text("name"));
            MetricGolden.Equal(expected.GetProperty("exact_match"), TaskMetrics.MultiRcExactMatch.Score(predictions, labels), item.Text("name"));
        }
    }

    [Fact]
    public void Record_equals_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "record").Concat(MetricGolden.Large("record")))
        {
            IEnumerable<string> texts = Fields(item, "predictions", "value").Select(value => value.GetString()!);
            TaskPrediction[] predictions = Grouped([.. Fields(item, "targets", "value").Select(value => value.Texts()).Zip(texts, Answered)], item);
            JsonElement expected = item.GetProperty("expected");
            MetricGolden.Equal(expected.GetProperty("f1"), TaskMetrics.RecordF1.Score(predictions, []), item.Text("name"));
            MetricGolden.Equal(expected.GetProperty("em"), TaskMetrics.RecordExactMatch.Score(predictions, []), item.Text("name"));
        }
    }

    [Fact]
    public void Wsc_is_the_accuracy_of_referents()
    {
        foreach (JsonElement item in MetricGolden.Large("wsc_simple"))
        {
            string[] referents = item.Texts("targets");
            string[] texts = item.Texts("predictions");
            int[] labels = item.GetProperty("expected").Integers("labels");
            TaskPrediction[] positive = [.. referents.Select((referent, i) => new TaskPrediction(new TextExample("", referent), texts[i], -1))];
            TaskPrediction[] negative = [.. positive.Select(p => p with { Example = p.Example with { Answers = [] } })];
            MetricGolden.Equal(100.0 * labels.Count(label => label == 1) / labels.Length, TaskMetrics.Wsc.Score(positive, []), "right referents");
            MetricGolden.Equal(100.0 * labels.Count(label => label == 0) / labels.Length, TaskMetrics.Wsc.Score(negative, []), "wrong referents");
        }
    }

    [Fact]
    public void Rouge_and_bleu_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Large("rouge"))
        {
            string[] texts = item.Texts("predictions");
            TaskPrediction[] predictions = [.. item.Texts("targets").Select((target, i) => new TaskPrediction(new TextExample("", target), texts[i], -1))];
            JsonElement means = item.GetProperty("expected").GetProperty("plain").GetProperty("mean");
            MetricGolden.Equal(means.GetProperty("rouge1"), TaskMetrics.Rouge1.Score(predictions, []), item.Text("name"));
            MetricGolden.Equal(means.GetProperty("rouge2"), TaskMetrics.Rouge2.Score(predictions, []), item.Text("name"));
            MetricGolden.Equal(means.GetProperty("rougeLsum"), TaskMetrics.RougeLsum.Score(predictions, []), item.Text("name"));
        }

        foreach (JsonElement item in MetricGolden.Rows("bleu.json", "cases").Concat(MetricGolden.Large("bleu")))
        {
            TaskPrediction[] predictions = [.. item.TextLists("targets").Zip(item.Texts("predictions"), Answered)];
            MetricGolden.Equal(item.GetProperty("expected").GetProperty("bleu"), TaskMetrics.Bleu.Score(predictions, []), item.Text("name"));
        }
    }

    [Fact]
    public void Target_is_the_answer_where_no_answers_are_given()
    {
        TaskPrediction[] right = [new(new TextExample("", "the old river bank"), "Old river bank.", -1)];
        Assert.Equal(100, TaskMetrics.SquadF1.Score(right, []));
        Assert.Equal(100, TaskMetrics.SquadExactMatch.Score(right, []));
        TaskPrediction[] same = [new(new TextExample("", "we saw the old river bank"), "we saw the old river bank", -1)];
        Assert.Equal(100, TaskMetrics.Bleu.Score(same, []), 1e-9);
    }

    [Fact]
    public void Every_metric_has_a_name_of_its_own_by_which_it_is_found()
    {
        IReadOnlyList<TaskMetric> all = TaskMetrics.All;
        Assert.Equal(all.Count, all.Select(metric => metric.Name).Distinct().Count());
        Assert.All(all, metric => Assert.Same(metric, TaskMetrics.Named(metric.Name)));
        Assert.All(all, metric => Assert.Matches("^[a-z0-9_]+$", metric.Name));
        ArgumentException error = Assert.Throws<ArgumentException>(() => TaskMetrics.Named("F1"));
        Assert.All(all, metric => Assert.Contains(metric.Name, error.Message, StringComparison.Ordinal));
        Assert.Contains("'F1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_that_lacks_labels_or_groups_says_so()
    {
        string[] labels = ["no", "yes"];
        TaskPrediction[] predictions = [new(new TextExample("x", "yes"), "yes", 1)];
        foreach (TaskMetric metric in new[] { TaskMetrics.F1, TaskMetrics.MacroF1, TaskMetrics.Matthews, TaskMetrics.MultiRcF1, TaskMetrics.MultiRcExactMatch })
        {
            Assert.Contains($"'{metric.Name}' compares labels", Assert.Throws<ArgumentException>(() => metric.Score(predictions, [])).Message, StringComparison.Ordinal);
        }

        foreach (TaskMetric metric in new[] { TaskMetrics.MultiRcExactMatch, TaskMetrics.RecordF1, TaskMetrics.RecordExactMatch })
        {
            Assert.Contains("TextExample.Group", Assert.Throws<ArgumentException>(() => metric.Score(predictions, labels)).Message, StringComparison.Ordinal);
        }
    }

    private static string[] Labels(int count) => [.. Enumerable.Range(0, count).Select(i => $"label {i}")];

    private static TaskPrediction[] OfIds(int[] targets, int[] found, string[] labels) => [.. targets.Select((target, i) =>
        new TaskPrediction(new TextExample("", labels[target]), found[i] >= 0 && found[i] < labels.Length ? labels[found[i]] : "something else", found[i]))];

    private static TaskPrediction Answered(string[] answers, string text) =>
        new(new TextExample("", answers.Length > 0 ? answers[0] : "") { Answers = answers }, text, -1);

    private static TaskPrediction[] Grouped(IEnumerable<TaskPrediction> predictions, JsonElement item) =>
        [.. predictions.Zip(Fields(item, "targets", "group"), (p, group) => p with { Example = p.Example with { Group = group.GetRawText() } })];

    private static IEnumerable<JsonElement> Fields(JsonElement item, string list, string field) =>
        item.GetProperty(list).EnumerateArray().Select(row => row.GetProperty(field));

    private static string Written(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
