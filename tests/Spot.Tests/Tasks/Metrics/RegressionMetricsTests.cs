using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class RegressionMetricsTests
{
    [Fact]
    public void Written_numbers_are_read_as_the_reference_reads_them()
    {
        foreach (JsonElement row in MetricGolden.Rows("labels.json", "string_to_float"))
        {
            MetricGolden.Equal(row.GetProperty("expected").Number(), RegressionMetrics.ParseNumber(row.Text("text")), $"'{row.Text("text")}'", 0);
        }
    }

    [Fact]
    public void Odd_strings_are_read_as_the_reference_reads_them()
    {
        foreach (JsonElement item in MetricGolden.Large("string_to_float"))
        {
            foreach ((string text, double expected) in item.Texts("predictions").Zip(item.GetProperty("expected").Numbers("values")))
            {
                MetricGolden.Equal(expected, RegressionMetrics.ParseNumber(text), $"'{text}'", 0);
            }
        }
    }

    [Theory]
    [InlineData("\u001c3.\u0663", -1)] // An information separator is a blank only to str.split.
    [InlineData("\u00853.\u0663\u2003", 3.3)]
    [InlineData("\U0001d7d9", 1)]
    [InlineData("\U0001f600", -1)]
    [InlineData("\ud83d", -1)]
    [InlineData("+", -1)]
    [InlineData("+1_0e-1_0", 1e-9)]
    public void Numbers_beyond_the_reference_set(string text, double expected) => Assert.Equal(expected, RegressionMetrics.ParseNumber(text));

    [Fact]
    public void Correlations_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("correlation.json", "cases").Concat(MetricGolden.Large("stsb")))
        {
            double[] targets = item.Numbers("targets");
            JsonElement expected = item.GetProperty("expected");
            double[] predictions = item.Text("metric") == "stsb"
                ? [.. item.Texts("predictions").Select(RegressionMetrics.ParseNumber)]
                : item.Numbers("predictions");
            if (expected.TryGetProperty("parsed", out JsonElement parsed))
            {
                Assert.Equal(parsed.Numbers(), predictions);
            }

            MetricGolden.Equal(expected.GetProperty("pearson_corrcoef"), RegressionMetrics.Pearson(targets, predictions), $"Pearson of '{item.Text("name")}'");
            MetricGolden.Equal(expected.GetProperty("spearman_corrcoef"), RegressionMetrics.Spearman(targets, predictions), $"Spearman of '{item.Text("name")}'");
        }
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    public void Magnitude_does_not_matter(double scale)
    {
        double[] predictions = [1 * scale, 3 * scale, 2 * scale];
        Assert.Equal(50, RegressionMetrics.Pearson([1, 2, 3], predictions), 1e-9);
        Assert.Equal(50, RegressionMetrics.Spearman([1, 2, 3], predictions), 1e-9);
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => RegressionMetrics.Pearson([], []));
        Assert.Throws<ArgumentException>(() => RegressionMetrics.Spearman([], []));
        Assert.Throws<ArgumentException>(() => RegressionMetrics.Pearson([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => RegressionMetrics.Spearman([1], [1, 2]));
        Assert.Throws<ArgumentNullException>(() => RegressionMetrics.ParseNumber(null!));
    }
}
