using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>The gradients of a shared part and of the tasks' factors.</summary>
public sealed class MultitaskGradientTests
{
    private const int Tasks = 2, Length = 3, Dim = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Are_those_of_finite_differences(int ranks)
    {
        float[][] values = [Numbers("shared", Length * Dim), Numbers("columns", Tasks * Length * ranks), Numbers("rows", Tasks * ranks * Dim)];
        float[][] ofPrompts = [.. Enumerable.Range(0, Tasks).Select(task => Numbers($"gradient {task}", Length * Dim))];
        MultitaskGradient gradient = new(Tasks, Length, Dim, ranks);
        gradient.Add(0, [.. Enumerable.Repeat(9f, Length * Dim)], values[0], values[1], values[2]);
        gradient.Clear();
        for (int task = 0; task < Tasks; task++)
        {
            gradient.Add(task, ofPrompts[task], values[0], values[1], values[2]);
        }

        const float h = 1 / 64f; // the loss is of the first degree in each number: a difference is exact but for rounding
        for (int part = 0; part < 3; part++)
        {
            for (int i = 0; i < values[part].Length; i++)
            {
                float before = values[part][i];
                values[part][i] = before + h;
                double up = Loss();
                values[part][i] = before - h;
                double down = Loss();
                values[part][i] = before;
                Assert.Equal((up - down) / (2 * h), gradient.All[part][i], 1e-4);
            }
        }

        // Σ gradient · prompt, whose gradient for the prompts is what they were given.
        double Loss() => Enumerable.Range(0, Tasks).Sum(task =>
        {
            MultitaskPrompt prompt = new(["a", "b"], new SoftPrompt(Length, Dim, values[0], "x"), ranks, values[1], values[2]);
            return prompt.Of(task == 0 ? "a" : "b").Values.ToArray().Zip(ofPrompts[task], (value, slope) => (double)value * slope).Sum();
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void At_the_start_the_shared_part_has_the_gradient_of_a_plain_prompt(int ranks)
    {
        // Every task's factor is 1 there, so that the batch is one of a plain prompt on the mixture.
        using FrozenT5 model = TestModels.Load(TestPaths.Golden(Path.Combine("t5", "v1_1")));
        MultitaskTuningOptions options = new() { Prompt = Toy.Options(2), Ranks = ranks };
        float[] shared = Numbers("prompt", 5 * model.Config.Dim);
        EncodedExample[] batch = [.. Enumerable.Range(0, 6).Select(i => new EncodedExample(Ids($"input {i}", 4 + i), Ids($"target {i}", 2 + (i % 3)), Task: i % 2))];
        TextExample[] rows = [new("a", "b")];
        TaskMixture mixture = new("two", [new MixtureTask(new TextTask("one", [], rows, rows)), new MixtureTask(new TextTask("other", [], rows, rows))]);
        PromptGradient plain = new(model, options.Prompt);
        float[] expected = plain.ForwardBackward(shared, 5, batch, 0);
        using MultitaskTrainable trainable = new(model, options, (float[])shared.Clone(), mixture, null!);
        Assert.Equal(plain.Loss, trainable.ForwardBackward(batch, 0), 1e-5);
        Assert.True(GoldenData.Difference(trainable.Gradients[0], expected) < 1e-4, $"{GoldenData.Difference(trainable.Gradients[0], expected):E2}");
        Assert.Equal(Math.Sqrt(trainable.Gradients.Sum(part => part.Sum(value => (double)value * value))), trainable.GradientNorm(), 1e-9);

        static int[] Ids(string name, int count) => [.. NumberStream.Uniform(name, count - 1, 1).Select(value => 3 + (int)((value + 1) * 20)), 1];
    }

    private static float[] Numbers(string name, int count) => NumberStream.Uniform(name, count, 2);
}
