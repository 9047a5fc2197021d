using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class RankClassificationTests
{
    [Fact]
    public void Choices_and_accuracy_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("rank.json", "cases"))
        {
            JsonElement extra = item.GetProperty("extra");
            JsonElement expected = item.GetProperty("expected");
            int[] chosen = Choose(item, singlePrecision: false);
            int[] chosenSingle = Choose(item, singlePrecision: true);
            MetricGolden.Same(expected.Integers("chosen"), chosen, item.Text("name"));
            MetricGolden.Same(expected.Integers("chosen_float32"), chosenSingle, item.Text("name"));

            int[] used = extra.GetProperty("num_classes").ValueKind == JsonValueKind.Null ? chosen : chosenSingle;
            int[][] right = [.. extra.GetProperty("correct").EnumerateArray().Select(MetricGolden.Integers)];
            MetricGolden.Equal(expected.GetProperty("accuracy"), RankClassification.Accuracy(used, right, extra.Numbers("weights")), item.Text("name"));
            CheckF1(expected, [.. right.Select(ids => ids[0])], used, item.Text("name"));
        }
    }

    [Fact]
    public void Areas_equal_the_reference()
    {
        int checkedCases = 0;
        foreach (JsonElement item in MetricGolden.Rows("rank.json", "cases"))
        {
            JsonElement expected = item.GetProperty("expected");
            if (!expected.TryGetProperty("auc_roc", out JsonElement area))
            {
                continue;
            }

            bool[] positives = [.. item.GetProperty("extra").GetProperty("correct").EnumerateArray().Select(ids => ids[0].GetInt32() == 1)];
            double[] scores = [.. Margins(item)];
            string name = item.Text("name");

            // Where many margins tie but for their last bits, the reference's own rounding decides their order.
            double tolerance = name.Contains("generated", StringComparison.Ordinal) ? 0.1 : 1e-9;
            MetricGolden.Equal(area, RankingMetrics.AreaUnderRoc(positives, scores), $"ROC of '{name}'", tolerance);
            MetricGolden.Equal(expected.GetProperty("auc_pr"), RankingMetrics.AveragePrecision(positives, scores), $"precision of '{name}'", tolerance);
            MetricGolden.Equal(ShareOfPairs(positives, scores), RankingMetrics.AreaUnderRoc(positives, scores), $"pairs of '{name}'");
            checkedCases++;
        }

        Assert.True(checkedCases > 5);
    }

    [Fact]
    public void Weights_default_to_one() => Assert.Equal(50, RankClassification.Accuracy([0, 1], [[0], [0]]));

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => RankClassification.Choose([]));
        Assert.Throws<ArgumentException>(() => RankClassification.Choose([-1, double.NaN]));
        Assert.Throws<ArgumentException>(() => RankClassification.Choose([-1, -2], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RankClassification.Choose([-1, -2], [1, 0]));
        Assert.Throws<ArgumentException>(() => RankClassification.Accuracy([], []));
        Assert.Throws<ArgumentException>(() => RankClassification.Accuracy([0], []));
        Assert.Throws<ArgumentException>(() => RankClassification.Accuracy([0], [[0]], [1, 1]));
        Assert.Throws<ArgumentException>(() => RankClassification.Accuracy([0], [[0]], [0]));
        Assert.Throws<ArgumentException>(() => RankClassification.Accuracy([0], [[0]], [-1]));
    }

    private static int[] Choose(JsonElement item, bool singlePrecision)
    {
        double[][] scores = [.. item.GetProperty("scores").EnumerateArray().Select(MetricGolden.Numbers)];
        int[][] lengths = [.. item.GetProperty("extra").GetProperty("target_lengths").EnumerateArray().Select(MetricGolden.Integers)];
        bool normalize = item.GetProperty("extra").GetProperty("normalize_by_target_length").GetBoolean();
        return [.. scores.Select((row, i) => RankClassification.Choose(row, normalize ? lengths[i] : [], singlePrecision))];
    }

    /// <summary>By how much the second of two scores is ahead. The reference rounds scores to single precision.</summary>
    private static IEnumerable<double> Margins(JsonElement item)
    {
        JsonElement extra = item.GetProperty("extra");
        bool normalize = extra.GetProperty("normalize_by_target_length").GetBoolean();
        foreach ((double[] scores, int[] lengths) in item.GetProperty("scores").EnumerateArray().Select(MetricGolden.Numbers)
            .Zip(extra.GetProperty("target_lengths").EnumerateArray().Select(MetricGolden.Integers)))
        {
            float negative = (float)(scores[0] / (normalize ? lengths[0] : 1));
            float positive = (float)(scores[1] / (normalize ? lengths[1] : 1));
            yield return (double)positive - negative;
        }
    }

    private static double ShareOfPairs(bool[] positives, double[] scores)
    {
        double[] high = [.. scores.Where((_, i) => positives[i])];
        double[] low = [.. scores.Where((_, i) => !positives[i])];
        return 100 * high.Average(a => low.Average(b => a > b ? 1 : a == b ? 0.5 : 0));
    }

    private static void CheckF1(JsonElement expected, int[] targets, int[] chosen, string name)
    {
        if (expected.TryGetProperty("f1", out JsonElement f1))
        {
            MetricGolden.Equal(f1, ClassificationMetrics.F1(targets, chosen), $"F1 of '{name}'");
        }

        if (expected.TryGetProperty("mean_3class_f1", out JsonElement macro))
        {
            MetricGolden.Equal(macro, ClassificationMetrics.MacroF1(targets, chosen, 3), $"macro F1 of '{name}'");
        }
    }
}
