using Spot.Backbone;
using Spot.Pretraining;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>Prompts that examples bring along while a model is tuned.</summary>
public sealed class RowMixTests : ToyTests
{
    private FrozenT5 OnThisThread => TestModels.OnThisThread(_backbone.Model);

    [Fact]
    public void Mix_the_label_and_its_hints_by_the_formula()
    {
        using DisposeScope scope = NewDisposeScope();
        ComposedRow[] rows = [new("not equivalent"), new("river", "water bridge", 0.5), new("stone", "", 3)];
        RowMix mix = RowMix.Of(rows, _backbone.Tokenizer);
        Tensor table = _backbone.Model.Weights[T5Layout.Shared];
        Tensor found = RowMix.Compose([mix, RowMix.Of([.. rows.Reverse()], _backbone.Tokenizer)], table); // [2, 3, d]
        Assert.Equal([2, 3, table.size(1)], found.shape);
        for (int row = 0; row < rows.Length; row++)
        {
            float[][] label = Tokens(rows[row].Label), hints = Tokens(rows[row].Hints);
            double weight = hints.Length > 0 ? rows[row].HintWeight : 0;
            double[] expected = [.. Enumerable.Range(0, (int)table.size(1)).Select(i =>
                (label.Average(token => (double)token[i]) + (weight * hints.Sum(token => token[i]) / Math.Sqrt(Math.Max(hints.Length, 1)))) / Math.Sqrt(1 + (weight * weight)))];
            foreach (Tensor one in new[] { found[0, row], found[1, rows.Length - 1 - row] })
            {
                Assert.True(TestModels.Floats(one).Zip(expected, (a, b) => Math.Abs(a - b)).Max() < 1e-4);
            }
        }
    }

    [Fact]
    public void Give_an_example_the_loss_that_it_has_behind_such_a_prompt()
    {
        ModelTuningOptions options = new() { Dropout = 0, MicroBatchSize = 2, LossReduction = LossReduction.Sum };
        RowMix[] mixes = [.. new[] { "river", "stone", "water" }.Select(word => RowMix.Of([new ComposedRow(word, "old mill", 0.7), new ComposedRow("bridge")], _backbone.Tokenizer))];
        EncodedExample[] batch = [.. mixes.Select((mix, i) => new EncodedExample([30 + i, 9, 4 + i, 1], [50 + i, 1], Rows: mix)), new EncodedExample([33, 9, 1], [5, 1])];
        using DisposeScope scope = NewDisposeScope();
        double expected = 0;
        foreach (EncodedExample example in batch)
        {
            Tensor? prompt = example.Rows is null ? null : RowMix.Compose([example.Rows], _backbone.Model.Weights[T5Layout.Shared]);
            TokenBatch inputs = new([example.Input], 0, TestDevice.Device);
            expected += TestModels.Floats(OnThisThread.Score(OnThisThread.Encode(prompt, inputs), [example.Target]).NegativeLogLikelihood).Sum(value => (double)value);
        }

        using ModelTrainable trainable = new(_backbone.Model, options, null);
        double found = trainable.ForwardBackward(batch, 0) * batch.Sum(example => example.Target.Length);
        Assert.Equal(expected, found, 1e-3);
    }

    [Fact]
    public async Task Tell_a_model_which_label_means_what()
    {
        // The rows of each example say by which word a kind of sentence is called this time: without reading them nothing better than a guess can be learned.
        TextExample[] rows = [.. Toy.Task().Train.SelectMany(example => new[] { Called(example, "yes", "no"), Called(example, "no", "yes") })];
        TextTask task = new("called", ["yes", "no"], rows, Toy.Task().Train.Select(example => example with { Target = "yes" }).ToArray());
        double with = await LossAsync(task, "with");
        double without = await LossAsync(new TextTask("called", ["yes", "no"], [.. rows.Select(row => row with { PromptRows = null })], task.Validation), "without");
        Assert.True(without > 0.3, $"without {without:F3}"); // ln 2 for one of two tokens
        Assert.True(with < 0.2, $"with {with:F3}");
    }

    [Fact]
    public void Belong_to_what_a_task_is_known_by()
    {
        TextExample[] rows = [.. Toy.Task().Train];
        string Fingerprint(double weight) => new TextTask("toy", Toy.Labels, [.. rows.Select(row => row with { PromptRows = [new("word", "hint", weight)] })], rows).Fingerprint;
        Assert.NotEqual(Fingerprint(1), Fingerprint(0.5));
        Assert.NotEqual(Fingerprint(1), Toy.Task().Fingerprint);
        Assert.Equal(Fingerprint(1), Fingerprint(1));
    }

    [Fact]
    public async Task In_all_validation_examples_are_an_error_before_the_run()
    {
        TextExample[] rows = [.. Toy.Task().Train.Select(example => Called(example, "fact", "opinion"))];
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => LossAsync(new TextTask("called", Toy.Labels, rows, rows), "none"));
        Assert.Contains("'called' has no task that can be scored", error.Message, StringComparison.Ordinal);
        Assert.Contains("PromptRows", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "none")));
    }

    private static TextExample Called(TextExample example, string fact, string opinion) =>
        example with { Target = example.Target == "fact" ? fact : opinion, PromptRows = [new(fact, "fact length"), new(opinion, "opinion wonderful")] };

    private async Task<double> LossAsync(TextTask task, string folder)
    {
        ModelTuningOptions options = Toy.ModelOptions(120);
        options.BatchSize = options.MicroBatchSize = 16;
        options.EvaluateEvery = 120;
        options.Optimizer = new AdamWOptions { LearningRate = 1e-3 };
        ModelTuningResult result = await new ModelTuner(_backbone).TuneAsync(task, Path.Combine(_folder.Path, folder), options, cancellationToken: Cancel);
        return result.Losses.TakeLast(8).Average();
    }

    private float[][] Tokens(string text)
    {
        long[] ids = [.. _backbone.Tokenizer.EncodeToIds(text).Select(id => (long)id)];
        return ids.Length == 0 ? [] : TestModels.Floats(OnThisThread.Embed(tensor(ids, [1, ids.Length]))).Chunk(_backbone.Config.Dim).ToArray();
    }
}
