using System.Text.Json;
using Spot.Similarity;

namespace Spot.Tests.Similarity;

public class PromptCosineTests
{
    private static readonly JsonElement Pairs =
        JsonDocument.Parse(File.ReadAllText(TestPaths.Golden("similarity/pairs.json"))).RootElement;

    public static TheoryData<string> Names() => [.. Cases().Select(item => item.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Similarities_are_exact_to_1e12(string name)
    {
        JsonElement item = Cases().Single(item => item.GetProperty("name").GetString() == name);
        (SoftPrompt a, SoftPrompt b) = item.TryGetProperty("stream", out _) ? FromFormula(item) : (FromRows(item, "a"), FromRows(item, "b"));
        JsonElement expected = item.GetProperty("expected");
        double average = expected.GetProperty("average_token").GetDouble();
        double token = expected.GetProperty("per_token").GetDouble();

        Assert.Equal(average, PromptCosine.AverageToken(a, b), 1e-12);
        Assert.Equal(token, PromptCosine.PerToken(a, b), 1e-12);
        Assert.Equal(PromptCosine.AverageToken(a, b), PromptCosine.Compare(a, b, PromptSimilarity.AverageToken));
        Assert.Equal(PromptCosine.PerToken(a, b), PromptCosine.Compare(a, b, PromptSimilarity.PerToken));
        Assert.Equal(PromptCosine.AverageToken(a, b), PromptCosine.AverageToken(b, a));
        Assert.Equal(PromptCosine.PerToken(a, b), PromptCosine.PerToken(b, a));
    }

    [Fact]
    public void Per_token_is_the_mean_over_all_pairs()
    {
        SoftPrompt a = new(7, 33, NumberStream.Uniform("per token/a", 7 * 33, 100), "b");
        SoftPrompt b = new(4, 33, NumberStream.Uniform("per token/b", 4 * 33, 0.01), "b");
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = 0; j < b.Length; j++)
            {
                sum += PromptCosine.AverageToken(new(1, 33, a.Row(i), "b"), new(1, 33, b.Row(j), "b"));
            }
        }

        Assert.Equal(sum / 28, PromptCosine.PerToken(a, b), 1e-14);
    }

    [Fact]
    public void Prompts_that_do_not_belong_together_are_refused()
    {
        SoftPrompt prompt = new(1, 2, [1, 2], "one");
        Assert.Contains("two", Assert.Throws<SpotException>(() => PromptCosine.PerToken(prompt, new(1, 2, [1, 2], "two"))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PromptCosine.PerToken(prompt, new(1, 3, [1, 2, 3], "one")));
        Assert.Throws<ArgumentOutOfRangeException>(() => PromptCosine.Compare(prompt, prompt, (PromptSimilarity)9));
        Assert.Throws<ArgumentException>(() => PromptKey.Write(prompt, PromptSimilarity.PerToken, new double[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PromptKey.Compare(new double[3], new double[2]));
    }

    private static IEnumerable<JsonElement> Cases() =>
        Pairs.GetProperty("small").EnumerateArray().Concat(Pairs.GetProperty("formula").EnumerateArray());

    private static SoftPrompt FromRows(JsonElement item, string side)
    {
        float[][] rows = [.. item.GetProperty(side).EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetSingle()).ToArray())];
        return new SoftPrompt(rows.Length, rows[0].Length, rows.SelectMany(row => row).ToArray(), "b");
    }

    private static (SoftPrompt A, SoftPrompt B) FromFormula(JsonElement item)
    {
        string stream = item.GetProperty("stream").GetString()!;
        int width = item.GetProperty("width").GetInt32();
        float[] shared = NumberStream.Uniform(stream + "/shared", width, item.GetProperty("shared_scale").GetDouble());
        SoftPrompt Make(string suffix, string length)
        {
            int rows = item.GetProperty(length).GetInt32();
            float[] values = NumberStream.Uniform(stream + suffix, rows * width, item.GetProperty("scale").GetDouble());
            return new SoftPrompt(rows, width, values.Select((value, i) => value + shared[i % width]).ToArray(), "b");
        }

        SoftPrompt a = Make("/a", "length_a");
        SoftPrompt b = Make("/b", "length_b");
        Assert.Equal(item.GetProperty("first_values_a").EnumerateArray().Select(value => value.GetDouble()), a.Values.ToArray().Take(4).Select(value => (double)value));
        Assert.Equal(item.GetProperty("last_value_b").GetDouble(), b.Values.Span[^1]);
        return (a, b);
    }
}
