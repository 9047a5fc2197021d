using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class RougeTests
{
    private static readonly string[] Measures = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

    [Theory]
    [InlineData("plain", false)]
    [InlineData("stemmed", true)]
    public void Tokens_and_scores_of_single_texts_equal_the_reference(string kind, bool stem)
    {
        foreach (JsonElement item in MetricGolden.Rows("rouge.json", "cases"))
        {
            JsonElement tokens = item.GetProperty("tokens").GetProperty(kind);
            MetricGolden.Same(tokens.Texts("target"), RougeText.Tokens(item.Text("target"), stem), item.Text("name"));
            MetricGolden.Same(tokens.Texts("prediction"), RougeText.Tokens(item.Text("prediction"), stem), item.Text("name"));

            JsonElement expected = item.GetProperty("expected").GetProperty(kind);
            double[] values = [.. Measures.SelectMany(name => new[] { "precision", "recall", "fmeasure" }.Select(field => expected.GetProperty(name).GetProperty(field).GetDouble()))];
            Check(values, Rouge.Score(item.Text("target"), item.Text("prediction"), stem), item.Text("name"));
        }
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("stemmed", true)]
    public void Means_of_single_texts_equal_the_reference(string kind, bool stem)
    {
        foreach (JsonElement file in MetricGolden.Files("rouge.json"))
        {
            JsonElement[] cases = [.. file.GetProperty("cases").EnumerateArray()];
            RougeMeans means = Rouge.Mean([.. cases.Select(item => item.Text("target"))], [.. cases.Select(item => item.Text("prediction"))], stem);
            Check(file.GetProperty("corpus").GetProperty("expected").GetProperty(kind), means, "all cases");
        }
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("stemmed", true)]
    public void Generated_sets_equal_the_reference(string kind, bool stem)
    {
        foreach (JsonElement item in MetricGolden.Large("rouge"))
        {
            string[] targets = item.Texts("targets");
            string[] predictions = item.Texts("predictions");
            JsonElement expected = item.GetProperty("expected").GetProperty(kind);
            Check(expected.GetProperty("mean"), Rouge.Mean(targets, predictions, stem), item.Text("name"));
            JsonElement[] items = [.. expected.GetProperty("items").EnumerateArray()];
            Assert.Equal(targets.Length, items.Length);
            for (int i = 0; i < items.Length; i++)
            {
                Check(items[i].Numbers(), Rouge.Score(targets[i], predictions[i], stem), $"{item.Text("name")}, {i}");
            }
        }
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => Rouge.Mean([], []));
        Assert.Throws<ArgumentException>(() => Rouge.Mean(["a"], ["a", "b"]));
        Assert.Throws<ArgumentNullException>(() => Rouge.Score(null!, "a"));
        Assert.Throws<ArgumentNullException>(() => Rouge.Score("a", null!));
    }

    private static void Check(double[] expected, RougeScores scores, string what)
    {
        double[] actual = [.. new[] { scores.Rouge1, scores.Rouge2, scores.RougeL, scores.RougeLsum }.SelectMany(score => new[] { score.Precision, score.Recall, score.FMeasure })];
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            MetricGolden.Equal(expected[i], actual[i], $"'{what}', {Measures[i / 3]}, column {i % 3}", 1e-11);
        }
    }

    private static void Check(JsonElement expected, RougeMeans means, string what)
    {
        double[] actual = [means.Rouge1, means.Rouge2, means.RougeL, means.RougeLsum];
        for (int i = 0; i < actual.Length; i++)
        {
            MetricGolden.Equal(expected.GetProperty(Measures[i]), actual[i], $"{Measures[i]} of '{what}'");
        }
    }
}
