using System.Text.Json;
using Spot.Similarity;
using Spot.Tests.Statistics;
using Spot.Tests.Tasks.Metrics;

namespace Spot.Tests.Similarity;

public class TaskSimilarityTests
{
    [Theory]
    [InlineData(PromptSimilarity.AverageToken)]
    [InlineData(PromptSimilarity.PerToken)]
    public void Of_prompts_of_one_row_equals_the_reference(PromptSimilarity similarity)
    {
        foreach (JsonElement file in StatsGolden.Files("task_similarity.json"))
        {
            TaskEmbedding[][] runs = [.. file.GetProperty("embeddings").EnumerateArray().Select(task => task.EnumerateArray().Select(run => Prompt(run.Numbers())).ToArray())];
            double[,] found = TaskSimilarity.Matrix(runs, similarity);
            foreach ((int i, JsonElement row) in file.GetProperty("similarity").EnumerateArray().Index())
            {
                // The file's numbers are not float32: 1e-7 is what storing them costs.
                Assert.All(row.Numbers().Index(), cell => MetricGolden.Equal(cell.Item, found[i, cell.Index], $"tasks {i} and {cell.Index}", 2e-7));
            }
        }
    }

    [Fact]
    public void Is_the_mean_over_pairs_of_runs()
    {
        TaskEmbedding[] a = [Prompt([1, 2, 3, 4], 2), Prompt([0, 1, -1, 5], 2)], b = [Prompt([2, -2, 0.5, 1], 2), Prompt([3, 3, 1, 0], 2)];
        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            double expected = (from x in a from y in b select PromptCosine.Compare(x, y, similarity)).Average();
            double[,] found = TaskSimilarity.Matrix([a, b], similarity);
            Assert.Equal(expected, found[0, 1], 1e-12);
            Assert.Equal(expected, found[1, 0], 1e-12);
        }
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Contains("task 1", Assert.Throws<ArgumentException>(() => TaskSimilarity.Matrix([[Prompt([1, 2])], []], default)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TaskSimilarity.Matrix([[Prompt([1, 2])], [Prompt([1, 2, 3])]], default));
        Assert.Throws<SpotException>(() => TaskSimilarity.Matrix([[Prompt([1, 2])], [new TaskEmbedding("t", new SoftPrompt(1, 2, new float[] { 1, 2 }, "another"), 1)]], default));
        Assert.Throws<ArgumentException>(() => TaskSimilarity.Matrix([[Prompt([1, 2]) with { Start = null }]], PromptSimilarity.AverageDisplacement));
        Assert.Empty(TaskSimilarity.Matrix([], default));
    }

    private static TaskEmbedding Prompt(double[] values, int length = 1)
    {
        float[] numbers = Array.ConvertAll(values, value => (float)value);
        SoftPrompt Of(float[] of) => new(length, of.Length / length, of, "backbone");
        return new TaskEmbedding("t", Of(numbers), 1) { Start = Of([.. numbers.Select((value, i) => (value * value) - i)]) };
    }
}
