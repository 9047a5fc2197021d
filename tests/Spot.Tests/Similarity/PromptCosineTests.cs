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
    public void Displacements_are_compared_by_their_formulas()
    {
        foreach ((int rowsA, int rowsB, int width, double scale) in new[] { (5, 5, 33, 10.0), (1, 7, 16, 1e-3), (100, 20, 8, 1e4) })
        {
            TaskEmbedding a = Moved($"a/{rowsA}", rowsA, width, scale), b = Moved($"b/{rowsB}", rowsB, width, scale);
            double[][] x = Displacement(a), y = Displacement(b);
            double Mean(int column, double[][] rows) => rows.Average(row => row[column]);
            double average = Cosine([.. Enumerable.Range(0, width).Select(i => Mean(i, x))], [.. Enumerable.Range(0, width).Select(i => Mean(i, y))]);
            double perToken = (from i in x from j in y select Cosine(i, j)).Average();
            Assert.Equal(average, PromptCosine.Compare(a, b, PromptSimilarity.AverageDisplacement), 1e-12);
            Assert.Equal(perToken, PromptCosine.Compare(b, a, PromptSimilarity.PerTokenDisplacement), 1e-12);
            Assert.Equal(PromptCosine.AverageToken(a.Prompt, b.Prompt), PromptCosine.Compare(a, b, PromptSimilarity.AverageToken));
            Assert.Equal(PromptCosine.PerToken(a.Prompt, b.Prompt), PromptCosine.Compare(a, b, PromptSimilarity.PerToken));
        }
    }

    [Fact]
    public void A_displacement_does_not_know_where_it_began()
    {
        // Two tasks that move as the first does from the start of the second: by the prompts alone the second is the nearer one.
        float[] here = NumberStream.Uniform("start/here", 40, 64), there = NumberStream.Uniform("start/there", 40, 64);
        float[] same = [.. NumberStream.Uniform("task/same", 40, 1).Select(value => MathF.Round(value * 64) / 64)], other = [.. same.Select((value, i) => i % 3 == 0 ? -value : value / 2)];
        TaskEmbedding Of(float[] start, float[] move)
        {
            float[] from = [.. start.Select(value => MathF.Round(value * 64) / 64)]; // so that sums are exact
            return new TaskEmbedding("t", new SoftPrompt(4, 10, [.. from.Zip(move, (x, y) => x + y)], "b"), 1) { Start = new SoftPrompt(4, 10, from, "b") };
        }

        (TaskEmbedding asked, TaskEmbedding sameTask, TaskEmbedding sameStart) = (Of(here, same), Of(there, same), Of(here, other));
        Assert.True(PromptCosine.AverageToken(asked.Prompt, sameStart.Prompt) > PromptCosine.AverageToken(asked.Prompt, sameTask.Prompt));
        Assert.Equal(1, PromptCosine.Compare(asked, sameTask, PromptSimilarity.AverageDisplacement), 1e-12);
        Assert.Equal(
            PromptCosine.Compare(asked, asked, PromptSimilarity.PerTokenDisplacement), PromptCosine.Compare(asked, sameTask, PromptSimilarity.PerTokenDisplacement), 1e-12);
        Assert.True(PromptCosine.Compare(asked, sameStart, PromptSimilarity.AverageDisplacement) < 0.9);
    }

    [Fact]
    public void Displacements_of_any_size_have_a_cosine_and_none_is_like_nothing()
    {
        foreach (PromptSimilarity similarity in new[] { PromptSimilarity.AverageDisplacement, PromptSimilarity.PerTokenDisplacement })
        {
            TaskEmbedding huge = One([float.MaxValue, 0], [-float.MaxValue, 0]), tiny = One([float.Epsilon, 0], [0, 0]), none = One([3, 4], [3, 4]);
            Assert.Equal(1, PromptCosine.Compare(huge, tiny, similarity), 1e-12);
            Assert.Equal(0, PromptCosine.Compare(huge, none, similarity));
            Assert.Equal(0, PromptCosine.Compare(none, none, similarity));
            Assert.Contains("without its start", Assert.Throws<ArgumentException>(() => PromptCosine.Compare(huge, tiny with { Start = null }, similarity)).Message, StringComparison.Ordinal);
            Assert.Contains("2 x 1", Assert.Throws<ArgumentException>(() => PromptCosine.Compare(huge, tiny with { Start = new(2, 1, [1, 2], "b") }, similarity)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => PromptCosine.Compare(huge.Prompt, tiny.Prompt, similarity));
            Assert.Throws<ArgumentException>(() => PromptKey.Write(huge, similarity, new double[3]));
        }

        static TaskEmbedding One(float[] prompt, float[] start) => new("t", new SoftPrompt(1, 2, prompt, "b"), 1) { Start = new SoftPrompt(1, 2, start, "b") };
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

    // A start and a prompt that lies not far from it.
    private static TaskEmbedding Moved(string name, int rows, int width, double scale)
    {
        float[] start = NumberStream.Uniform($"{name}/start", rows * width, scale), step = NumberStream.Uniform($"{name}/step", rows * width, scale / 20);
        return new TaskEmbedding(name, new SoftPrompt(rows, width, [.. start.Zip(step, (x, y) => x + y)], "b"), 1) { Start = new SoftPrompt(rows, width, start, "b") };
    }

    private static double[][] Displacement(TaskEmbedding embedding) =>
    [
        .. Enumerable.Range(0, embedding.Prompt.Length).Select(row =>
            embedding.Prompt.Row(row).ToArray().Zip(embedding.Start!.Row(row).ToArray(), (to, from) => (double)to - from).ToArray()),
    ];

    private static double Cosine(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum() / Math.Sqrt(x.Sum(a => a * a) * y.Sum(b => b * b));

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
