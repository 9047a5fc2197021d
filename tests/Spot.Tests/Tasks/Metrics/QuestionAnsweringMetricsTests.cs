using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class QuestionAnsweringMetricsTests
{
    [Fact]
    public void Single_answers_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "normalize_and_score"))
        {
            JsonElement expected = item.GetProperty("expected");
            Assert.Equal(expected.Text("normalized_prediction"), QuestionAnsweringMetrics.Normalize(item.Text("prediction")));
            MetricGolden.Same(expected.Texts("normalized_answers"), item.Texts("answers").Select(QuestionAnsweringMetrics.Normalize), item.Text("name"));
            QuestionAnsweringScore score = QuestionAnsweringMetrics.Squad(item.Texts("answers"), item.Text("prediction"));
            Check(expected.GetProperty("em").GetInt32(), expected.GetProperty("f1").GetDouble(), score, item.Text("name"));
        }
    }

    [Fact]
    public void Squad_sets_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "squad").Concat(MetricGolden.Large("squad")))
        {
            string[][] answers = item.TextLists("targets");
            string[] predictions = item.Texts("predictions");
            JsonElement expected = item.GetProperty("expected");
            Check(expected, QuestionAnsweringMetrics.Squad(answers, predictions), item.Text("name"));
            if (expected.TryGetProperty("normalized_predictions", out JsonElement normalized))
            {
                MetricGolden.Same(normalized.Texts(), predictions.Select(QuestionAnsweringMetrics.Normalize), item.Text("name"));
            }

            if (expected.TryGetProperty("items", out JsonElement items))
            {
                for (int i = 0; i < predictions.Length; i++)
                {
                    Check(items[i][0].GetInt32(), items[i][1].GetDouble(), QuestionAnsweringMetrics.Squad(answers[i], predictions[i]), $"'{predictions[i]}'");
                }
            }
        }
    }

    [Fact]
    public void MultiRc_sets_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "multirc").Concat(MetricGolden.Large("multirc")))
        {
            int[] targets = [.. Fields(item, "targets", "value").Select(value => value.GetInt32())];
            int[] predictions = [.. Fields(item, "predictions", "value").Select(value => value.GetInt32())];
            string[] questions = [.. Fields(item, "targets", "group").Select(group => group.GetRawText())];
            QuestionAnsweringScore score = QuestionAnsweringMetrics.MultiRc(questions, targets, predictions);
            JsonElement expected = item.GetProperty("expected");
            MetricGolden.Equal(expected.GetProperty("f1"), score.F1, $"F1 of '{item.Text("name")}'");
            MetricGolden.Equal(expected.GetProperty("exact_match"), score.ExactMatch, $"exact match of '{item.Text("name")}'");
        }
    }

    [Fact]
    public void Record_sets_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("qa.json", "record").Concat(MetricGolden.Large("record")))
        {
            (int Passage, int Query)[] queries = [.. Fields(item, "targets", "group").Select(group => (group[0].GetInt32(), group[1].GetInt32()))];
            string[][] answers = [.. Fields(item, "targets", "value").Select(value => value.Texts())];
            string[] predictions = [.. Fields(item, "predictions", "value").Select(value => value.GetString()!)];
            Check(item.GetProperty("expected"), QuestionAnsweringMetrics.Record(queries, answers, predictions), item.Text("name"));
        }
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        string[] answers = ["river"];
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.Squad([], "river"));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.Squad([], Array.Empty<string>()));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.Squad([answers], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.Squad([answers, []], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.Record([1, 2], [answers], ["a"]));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.Record<int>([], [], []));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.MultiRc([1, 2], [1], [1]));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.MultiRc<int>([], [], []));
        Assert.Throws<ArgumentException>(() => QuestionAnsweringMetrics.MultiRc([1], [-1], [1]));
        Assert.Throws<ArgumentNullException>(() => QuestionAnsweringMetrics.Normalize(null!));
    }

    private static IEnumerable<JsonElement> Fields(JsonElement item, string list, string field) =>
        item.GetProperty(list).EnumerateArray().Select(row => row.GetProperty(field));

    private static void Check(JsonElement expected, QuestionAnsweringScore score, string what)
    {
        MetricGolden.Equal(expected.GetProperty("em"), score.ExactMatch, $"exact match of '{what}'");
        MetricGolden.Equal(expected.GetProperty("f1"), score.F1, $"F1 of '{what}'");
    }

    private static void Check(int match, double f1, QuestionAnsweringScore score, string what)
    {
        Assert.True(100 * match == score.ExactMatch, $"exact match of {what}: expected {match}");
        MetricGolden.Equal(100 * f1, score.F1, $"F1 of {what}");
    }
}
