using System.Text.Json;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class BleuTests
{
    [Fact]
    public void Tokens_equal_the_reference()
    {
        foreach (JsonElement row in MetricGolden.Rows("bleu.json", "tokenize_intl"))
        {
            MetricGolden.Same(row.Texts("tokens"), BleuTokenizer.Tokenize(row.Text("text")), row.Text("text"));
        }
    }

    [Fact]
    public void Scores_and_their_parts_equal_the_reference()
    {
        foreach (JsonElement item in MetricGolden.Rows("bleu.json", "cases").Concat(MetricGolden.Large("bleu")))
        {
            string name = item.Text("name");
            JsonElement expected = item.GetProperty("expected");
            BleuScore score = Bleu.Score(item.TextLists("targets"), item.Texts("predictions"));
            MetricGolden.Equal(expected.GetProperty("bleu"), score.Score, name);
            MetricGolden.Equal(expected.GetProperty("brevity_penalty"), score.BrevityPenalty, $"penalty of '{name}'");
            MetricGolden.Same(expected.Integers("counts"), score.Matches, name);
            MetricGolden.Same(expected.Integers("totals"), score.Totals, name);
            Assert.Equal(expected.GetProperty("hypothesis_length").GetInt32(), score.PredictionLength);
            Assert.Equal(expected.GetProperty("reference_length").GetInt32(), score.ReferenceLength);
            double[] precisions = expected.Numbers("precisions");
            Assert.Equal(precisions.Length, score.Precisions.Count);
            for (int i = 0; i < precisions.Length; i++)
            {
                MetricGolden.Equal(precisions[i], score.Precisions[i], $"precision {i + 1} of '{name}'");
            }
        }
    }

    [Fact]
    public void Tokens_of_odd_characters_equal_the_reference()
    {
        JsonElement[] withTokens = [.. MetricGolden.Large("bleu").Where(item => item.GetProperty("expected").TryGetProperty("tokens", out _))];
        Assert.NotEmpty(withTokens);
        foreach (JsonElement item in withTokens)
        {
            foreach ((string[] expected, string text) in item.GetProperty("expected").TextLists("tokens").Zip(item.Texts("predictions")))
            {
                MetricGolden.Same(expected, BleuTokenizer.Tokenize(text), text);
            }
        }
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_a_character_of_its_own() => Assert.Equal(["a\ud83d", "."], BleuTokenizer.Tokenize("a\ud83d."));

    [Fact]
    public void Bad_input_is_an_error()
    {
        string[] references = ["river"];
        Assert.Throws<ArgumentException>(() => Bleu.Score([], []));
        Assert.Throws<ArgumentException>(() => Bleu.Score([references], ["a", "b"]));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Bleu.Score([references, []], ["a", "b"]));
        Assert.Contains("index 1", error.Message, StringComparison.Ordinal);
    }
}
