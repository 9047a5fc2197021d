using System.Text.Json;
using Spot.Tests.Tasks.Metrics;
using Spot.Transfer;

namespace Spot.Tests.Transfer;

public class PromptAverageTests
{
    [Fact]
    public void Equals_the_reference_where_no_similarity_is_negative()
    {
        int compared = 0;
        foreach (JsonElement item in GoldenData.Folders("similarity").SelectMany(folder => GoldenData.Json(Path.Combine(folder, "weighted_average.json")).GetProperty("cases").EnumerateArray()))
        {
            double[] similarities = item.Numbers("similarities");
            SoftPrompt[] prompts = [.. item.GetProperty("prompts").EnumerateArray().Select(Prompt)];
            double[] weights = PromptAverage.Weights(similarities);
            Assert.Equal(1, weights.Sum(), 1e-12);
            Assert.All(weights, weight => Assert.InRange(weight, 0, 1));
            SoftPrompt average = PromptAverage.Compute(prompts, similarities);
            JsonElement expected = item.GetProperty("expected");
            bool plain = similarities.Length == 1 || (similarities.All(similarity => similarity >= 0) && similarities.Any(similarity => similarity > 0));
            if (plain)
            {
                compared++;
                Assert.All(expected.Numbers("weights").Index(), weight => Assert.Equal(weight.Item, weights[weight.Index], 1e-12));
                float[] values = [.. expected.GetProperty("prompt").EnumerateArray().SelectMany(row => row.Numbers()).Select(value => (float)value)];
                Assert.True(GoldenData.Difference(average.Values.Span, values) < 1e-6, item.Text("name"));
                continue;
            }

            // Our definition: the formula over what is above 0, or else the most similar alone.
            double sum = similarities.Where(similarity => similarity > 0).Sum();
            double[] defined = sum > 0
                ? [.. similarities.Select(similarity => similarity > 0 ? similarity / sum : 0)]
                : [.. similarities.Select((_, i) => i == Array.IndexOf(similarities, similarities.Max()) ? 1.0 : 0.0)];
            Assert.Equal(defined, weights);
        }

        Assert.True(compared > 0);
    }

    [Fact]
    public void Refuses_what_has_no_average()
    {
        SoftPrompt prompt = new(1, 2, [1, 2], "a");
        Assert.Throws<ArgumentException>(() => PromptAverage.Weights([]));
        Assert.Throws<ArgumentException>(() => PromptAverage.Weights([0.5, double.NaN]));
        Assert.Throws<ArgumentException>(() => PromptAverage.Compute([prompt], [0.5, 0.5]));
        Assert.Contains("1 x 2 and 2 x 1", Assert.Throws<SpotException>(() => PromptAverage.Compute([prompt, new(2, 1, [1, 2], "a")], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("different backbones", Assert.Throws<SpotException>(() => PromptAverage.Compute([prompt, new(1, 2, [1, 2], "b")], [1, 1])).Message, StringComparison.Ordinal);
    }

    private static SoftPrompt Prompt(JsonElement rows)
    {
        double[][] values = [.. rows.EnumerateArray().Select(row => row.Numbers())];
        return new SoftPrompt(values.Length, values[0].Length, [.. values.SelectMany(row => row).Select(value => (float)value)], "golden");
    }
}
