using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class ClassificationMetricsTests
{
    [Fact]
    public void Label_ids_equal_the_reference()
    {
        foreach (JsonElement row in MetricGolden.Rows("labels.json", "string_label_to_class_id"))
        {
            Assert.Equal(row.GetProperty("expected").GetInt32(), ClassificationMetrics.LabelId(row.Text("text"), row.Texts("labels")));
        }
    }

    [Fact]
    public void Scores_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("classification.json", "cases").Concat(MetricGolden.Large("classification")))
        {
            int[] targets = item.Integers("targets");
            int[] predictions = item.Integers("predictions");
            foreach (JsonProperty expected in item.GetProperty("expected").EnumerateObject())
            {
                double score = expected.Name switch
                {
                    "accuracy" => ClassificationMetrics.Accuracy(targets, predictions),
                    "f1" => ClassificationMetrics.F1(targets, predictions),
                    "matthews_corrcoef" => ClassificationMetrics.Matthews(targets, predictions),
                    _ => ClassificationMetrics.MacroF1(targets, predictions, item.GetProperty("extra").GetProperty("num_classes").GetInt32()),
                };
                MetricGolden.Equal(expected.Value, score, $"{expected.Name} of '{item.Text("name")}'");
            }
        }
    }

    [Fact]
    public void Nothing_to_score_is_an_error()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => ClassificationMetrics.Accuracy([], [])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.F1([], []));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.MacroF1([], [], 3));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Matthews([], []));
    }

    [Fact]
    public void Different_lengths_are_an_error_that_names_both()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => ClassificationMetrics.Accuracy([1, 0, 1], [1, 0]));
        Assert.Contains("3 targets and 2 predictions", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.F1([1], [1, 0]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.MacroF1([1], [1, 0], 2));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Matthews([1], []));
    }

    [Fact]
    public void Targets_must_be_classes()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => ClassificationMetrics.F1([0, -1], [0, 1]));
        Assert.Contains("the target -1 at index 1, expected 0 to 1", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.MacroF1([0, 3], [0, 1], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.MacroF1([0], [0], 0));
    }

    [Fact]
    public void Matthews_of_many_examples_does_not_overflow()
    {
        int[] targets = [.. Enumerable.Range(0, 200_000).Select(i => i % 2)];
        Assert.Equal(100, ClassificationMetrics.Matthews(targets, targets), 1e-9);
    }
}
