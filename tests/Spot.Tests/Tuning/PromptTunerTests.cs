using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>The tuner on the bundled model: what it learns, keeps, refuses, and leaves alone.</summary>
public sealed class PromptTunerTests : IDisposable
{
    private static readonly string[] Labels = ["fact", "opinion"];
    private readonly T5Backbone _backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });

    public void Dispose() => _backbone.Dispose();

    [Fact]
    public async Task Learns_and_leaves_the_backbone_unchanged()
    {
        string before = TestModels.HashWeights(_backbone.Model);
        List<TuningProgress> steps = [];
        TuningResult result = await new PromptTuner(_backbone).TuneAsync(Task(), Toy.Options(20), progress: new Collector(steps), cancellationToken: Cancel);
        Assert.Equal(before, TestModels.HashWeights(_backbone.Model));
        Assert.Equal(20, result.Losses.Count);
        Assert.True(result.Losses.TakeLast(5).Average() < 0.5 * result.Losses[0], $"loss {result.Losses[0]:F2} -> {result.Losses[^1]:F2}");
        Assert.Equal(Enumerable.Range(0, 21), steps.Select(step => step.Step));
        Assert.Equal(result.Evaluations, steps.Where(step => step.Evaluation is not null).Select(step => step.Evaluation!));
        Assert.Equal([10, 20], result.Evaluations.Select(evaluation => evaluation.Step));
    }

    [Fact]
    public async Task Same_seed_gives_the_same_bits_and_another_seed_others()
    {
        PromptTuner tuner = new(_backbone);
        TuningOptions options = Toy.Options(4);
        options.Dropout = 0.1;
        TuningResult first = await tuner.TuneAsync(Task(), options, cancellationToken: Cancel);
        TuningResult again = await tuner.TuneAsync(Task(), options, cancellationToken: Cancel);
        options.Seed = 1;
        TuningResult other = await tuner.TuneAsync(Task(), options, cancellationToken: Cancel);
        Assert.True(first.Final.Values.Span.SequenceEqual(again.Final.Values.Span));
        Assert.False(first.Final.Values.Span.SequenceEqual(other.Final.Values.Span));
    }

    [Fact]
    public async Task Embedding_is_the_early_checkpoint_of_the_full_run()
    {
        PromptTuner tuner = new(_backbone);
        TuningOptions options = Toy.Options(6);
        options.EmbeddingStep = 3;
        TuningResult run = await tuner.TuneAsync(Task(), options, cancellationToken: Cancel);
        TaskEmbedding embedding = await new TaskEmbedder(tuner).EmbedAsync(Task(), options, cancellationToken: Cancel);
        Assert.Equal(3, embedding.Step);
        Assert.True(run.Embedding!.Prompt.Values.Span.SequenceEqual(embedding.Prompt.Values.Span));
        Assert.True(run.Embedding.Start!.Values.Span.SequenceEqual(embedding.Start!.Values.Span));
        Assert.False(run.Final.Values.Span.SequenceEqual(embedding.Prompt.Values.Span));
    }

    [Fact]
    public async Task Best_is_the_earliest_checkpoint_with_the_best_score()
    {
        TuningOptions options = Toy.Options(12);
        options.EvaluateEvery = 3;
        TuningResult result = await new PromptTuner(_backbone).TuneAsync(Task(), options, cancellationToken: Cancel);
        TuningEvaluation best = result.Evaluations.OrderByDescending(e => e.Score).ThenBy(e => e.Step).First();
        Assert.Equal((best.Step, best.Score), (result.BestStep, result.BestScore));
        PromptEvaluation again = await new PromptEvaluator(_backbone).EvaluateAsync(result.Best, Task(), options: options.ToEvaluationOptions(), cancellationToken: Cancel);
        Assert.Equal(best.Score, again.Score);
    }

    [Fact]
    public async Task A_start_is_where_the_run_begins()
    {
        SoftPrompt start = new(3, 256, Enumerable.Repeat(0.25f, 768).ToArray(), _backbone.Fingerprint);
        TuningOptions options = Toy.Options(1);
        options.Optimizer.LearningRate = 1e-6;
        TuningResult result = await new PromptTuner(_backbone).TuneAsync(Task(), options, start, cancellationToken: Cancel);
        Assert.Equal(3, result.Final.Length);
        Assert.All(result.Final.Values.ToArray(), value => Assert.Equal(0.25f, value, 1e-4));
    }

    [Fact]
    public async Task Cancellation_ends_the_run()
    {
        using CancellationTokenSource source = new();
        Collector progress = new([], _ => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PromptTuner(_backbone).TuneAsync(Task(), Toy.Options(1000), progress: progress, cancellationToken: source.Token));
    }

    [Fact]
    public async Task Prompt_of_another_backbone_or_width_is_refused()
    {
        SoftPrompt foreign = new(3, 256, new float[768], "another");
        SoftPrompt narrow = new(3, 8, new float[24], "another");
        foreach (SoftPrompt prompt in new[] { foreign, narrow })
        {
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => new PromptTuner(_backbone).TuneAsync(Task(), Toy.Options(1), prompt, cancellationToken: Cancel));
            Assert.Contains("belongs to the backbone another", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<SpotException>(() => _backbone.GenerateAsync(["x"], prompt, cancellationToken: Cancel));
        }
    }

    [Fact]
    public async Task Label_that_no_output_can_match_is_refused()
    {
        TextExample[] rows = [new("a", "{x}")];
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            () => new PromptTuner(_backbone).TuneAsync(new TextTask("t", ["{x}", "y"], rows, rows), Toy.Options(1), cancellationToken: Cancel));
        Assert.Contains("'{x}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Out_of_range_options_are_refused_by_name()
    {
        foreach ((Action<TuningOptions> change, string name) in new (Action<TuningOptions>, string)[]
        {
            (o => o.Steps = 0, "Steps"),
            (o => o.BatchSize = -1, "BatchSize"),
            (o => o.PromptLength = 0, "PromptLength"),
            (o => o.Dropout = 1, "Dropout"),
            (o => o.ZLoss = double.NaN, "ZLoss"),
            (o => o.Optimizer.LearningRate = 0, "LearningRate"),
            (o => o.Initialization = PromptInitialization.Text, "InitialText"),
            (o => o.WarmupSteps = -1, "WarmupSteps"),
            (o => o.Patience = 0, "Patience"),
            (o => o.CheckpointEvery = 0, "CheckpointEvery"),
            (o => o.GradientClipping = 0, "GradientClipping"),
            (o => o.RunFolder = " ", "RunFolder"),
            (o => o.KeepCheckpoints = true, "KeepCheckpoints"),
            (o => o.Optimizer = new AdamWOptions { Beta2 = 1 }, "Beta2"),
        })
        {
            TuningOptions options = Toy.Options(1);
            change(options);
            ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(() => new PromptTuner(_backbone).TuneAsync(Task(), options, cancellationToken: Cancel));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Memory_of_tensors_stays_flat()
    {
        PromptTuner tuner = new(_backbone);
        await tuner.TuneAsync(Task(), Toy.Options(2), cancellationToken: Cancel);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = TorchSharp.torch.Tensor.TotalCount;
        await tuner.TuneAsync(Task(), Toy.Options(6), cancellationToken: Cancel);
        Assert.True(TorchSharp.torch.Tensor.TotalCount <= before + 2000, $"{before} tensors before, {TorchSharp.torch.Tensor.TotalCount} after");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static TextTask Task()
    {
        TextExample[] rows =
        [
            .. Enumerable.Range(1, 12).Select(i => new TextExample($"sentence: The bridge is {i} metres long.", "fact")),
            .. Enumerable.Range(1, 12).Select(i => new TextExample($"sentence: I think number {i} is quite wonderful.", "opinion")),
        ];
        return new TextTask("toy", Labels, rows, rows, family: "subjectivity");
    }

    private sealed class Collector(List<TuningProgress> steps, Action<TuningProgress>? then = null) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value)
        {
            steps.Add(value);
            then?.Invoke(value);
        }
    }
}
