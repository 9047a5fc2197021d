using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>Prompts that tasks have while a model is tuned.</summary>
public sealed class TaskPromptsTests : ToyTests
{
    [Fact]
    public async Task Tell_tasks_apart_that_have_the_same_inputs()
    {
        // What is "yes" in one task is "no" in the other: without a prompt nothing better than a guess can be learned.
        TaskMixture mixture = new("two", [Opposite("one", "yes", "no"), Opposite("two", "no", "yes")]);
        ModelTuningResult without = await TuneAsync(mixture, Options(0), "without");
        ModelTuningResult with = await TuneAsync(mixture, Options(4), "with");
        Assert.True(without.Losses.TakeLast(4).Average() > 0.3, $"without {without.Losses[^1]:F3}"); // ln 2 for one of two tokens
        Assert.True(with.Losses.TakeLast(4).Average() < 0.15, $"with {with.Losses[^1]:F3}");
        Assert.True(with.BestScore > 95, $"score {with.BestScore}");
        Assert.True(without.BestScore < 60, $"score {without.BestScore}");
    }

    [Fact]
    public async Task Are_dropped_from_the_checkpoint()
    {
        ModelTuningResult result = await TuneAsync(Toy.Mixture(), Options(4, steps: 2), "dropped");
        using T5Backbone tuned = T5Backbone.Load(result.Folder, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        Assert.Equal(_backbone.Model.Weights.Tensors.Keys.Order(), tuned.Model.Weights.Tensors.Keys.Order());
    }

    [Fact]
    public void Begin_at_the_labels_and_leave_out_tasks_that_want_none()
    {
        TaskMixture mixture = new("three", [Toy.Task("one"), new MixtureTask(Toy.Task("two")) { TaskPrompt = false }, Toy.Task("three")]);
        TaskPrompts prompts = TaskPrompts.Create(_backbone.Model, _backbone.Tokenizer, mixture, Options(4))!;
        Assert.Equal([0, -1, 1], prompts.OfTask);
        Assert.Equal([2, 4, _backbone.Config.Dim], prompts.Parameter.Shape);
        Assert.Null(prompts.Of(1, _backbone.Model));
        using DisposeScope scope = NewDisposeScope();
        long[] ids = [.. _backbone.Tokenizer.EncodeToIds(Toy.Labels[0]).Select(id => (long)id)];
        float[] label = TestModels.Floats(TestModels.OnThisThread(_backbone.Model).Embed(tensor(ids, [1, ids.Length])).mean([1]));
        float[] first = prompts.Of(0, _backbone.Model)!.Values.ToArray(), last = prompts.Of(2, _backbone.Model)!.Values.ToArray();
        Assert.True(GoldenData.Difference(first.AsSpan(0, label.Length), label) < 1e-6);
        Assert.True(GoldenData.Difference(last.AsSpan(0, label.Length), label) < 1e-6);
        Assert.NotEqual(first, last); // the other rows are sampled anew for each task
        Assert.Null(TaskPrompts.Create(_backbone.Model, _backbone.Tokenizer, mixture, Options(0)));
    }

    [Fact]
    public void Get_the_gradient_that_a_prompt_gets_by_itself()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden(Path.Combine("t5", "v1_1")));
        TuningOptions options = new() { Dropout = 0, MicroBatchSize = 3, LossReduction = LossReduction.Sum };
        float[] values = NumberStream.Uniform("prompts", 2 * 4 * model.Config.Dim, 2);
        EncodedExample[] batch = [.. Enumerable.Range(0, 7).Select(i => new EncodedExample([3 + i, 9, 4 + (i % 3), 1], [5 + i, 1], i % 3))]; // the third task has none
        model.Weights[T5Layout.DecoderNorm].requires_grad = true; // or rows without a prompt would have nothing to differentiate
        using DisposeScope scope = NewDisposeScope();
        Tensor table = tensor(values, [2, 4, model.Config.Dim]).requires_grad_();
        double loss = new ModelGradient(model, options, [0, 1, -1]).ForwardBackward(batch, 0, table) * batch.Sum(example => example.Target.Length);
        float[] gradient = TestModels.Floats(table.grad!);
        PromptGradient alone = new(model, options, automatic: true);
        for (int task = 0; task < 2; task++)
        {
            Range range = (task * values.Length / 2)..((task + 1) * values.Length / 2);
            EncodedExample[] own = [.. batch.Where(example => example.Task == task)];
            Assert.True(GoldenData.Difference(gradient[range], alone.ForwardBackward(values[range], 4, own, 0)) < 1e-5);
            loss -= alone.Loss * own.Sum(example => example.Target.Length);
        }

        EncodedExample[] bare = [.. batch.Where(example => example.Task == 2)];
        using DisposeScope inner = NewDisposeScope();
        TargetScores scores = model.Score(model.Encode(null, new TokenBatch([.. bare.Select(example => example.Input)], 0, TestDevice.Device)), [.. bare.Select(example => example.Target)]);
        Assert.Equal(TestModels.Floats(scores.NegativeLogLikelihood).Sum(value => (double)value), loss, 1e-3);
    }

    private static TextTask Opposite(string name, string fact, string opinion)
    {
        TextExample[] rows = [.. Toy.Task().Train.Select(example => example with { Target = example.Target == "fact" ? fact : opinion })];
        return new TextTask(name, ["yes", "no"], rows, rows);
    }

    private Task<ModelTuningResult> TuneAsync(TaskMixture mixture, ModelTuningOptions options, string folder) =>
        new ModelTuner(_backbone).TuneAsync(mixture, Path.Combine(_folder.Path, folder), options, cancellationToken: Cancel);

    private static ModelTuningOptions Options(int length, int steps = 80)
    {
        ModelTuningOptions options = Toy.ModelOptions(steps);
        options.BatchSize = options.MicroBatchSize = 16;
        options.EvaluationMethod = EvaluationMethod.Ranking;
        options.Optimizer = new AdamWOptions { LearningRate = 1e-3 };
        options.TaskPromptLength = length;
        return options;
    }
}
