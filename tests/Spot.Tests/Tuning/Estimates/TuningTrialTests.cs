using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>What is said of a run before it begins, against the run itself.</summary>
public sealed class TuningTrialTests : ToyTests
{
    private const int Words = 256;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_takes_what_was_estimated(bool kept)
    {
        TuningOptions options = Toy.Options(60);
        (options.EvaluateEvery, options.EvaluateBeforeTraining, options.CheckpointEvery, options.EmbeddingStep) = (20, true, 8, 30);
        (options.RunFolder, options.KeepCheckpoints) = (Path.Combine(_folder.Path, "run"), kept);
        PromptTuner tuner = new(() => _backbone, null) { Time = new TensorTime(_backbone) }; // the same work takes the same time
        TuningEstimate estimate = await tuner.EstimateAsync(Toy.Task(), options, cancellationToken: Cancel);
        Assert.False(Directory.Exists(options.RunFolder));
        Reports reports = new();
        await tuner.TuneAsync(Toy.Task(), options, progress: reports, cancellationToken: Cancel);
        Assert.Equal((60, 4, 8, 1), (estimate.Steps, estimate.Evaluations, estimate.Checkpoints, estimate.TrialSteps)); // a step of this clock is minutes
        Assert.Equal(1, estimate.Time / reports.All[^1].Elapsed, 0.1);
        long bytes = new DirectoryInfo(options.RunFolder!).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.Equal(1, (double)estimate.DiskBytes / bytes, 0.03);
    }

    [Fact]
    public async Task An_evaluation_takes_as_long_as_its_examples_are_many()
    {
        ManualTime time = new();
        TextTask toy = Toy.Task();
        TextExample[] rows = [.. Enumerable.Range(0, 25).SelectMany(_ => toy.Validation.Take(8))];
        TextTask task = new("many", toy.Labels, toy.Train, rows, metrics: [new TaskMetric("timed", (predictions, _) => Score(predictions.Count))]);
        PromptTuner tuner = new(() => _backbone, null) { Time = time };
        TuningOptions options = Toy.Options(10);
        options.EvaluateEvery = 4;
        TuningEstimate estimate = await tuner.EstimateAsync(task, options, cancellationToken: Cancel);
        Assert.Equal((200, 3), (estimate.EvaluationTime.TotalSeconds, estimate.Evaluations));
        Assert.Equal((0, 0, 0), (estimate.StepTime.TotalSeconds, estimate.Checkpoints, estimate.DiskBytes));
        Assert.Equal(TimeSpan.FromSeconds(600), estimate.Time);
        options.MaxValidationExamples = 100;
        estimate = await tuner.EstimateAsync(task, options, cancellationToken: Cancel);
        Assert.Equal(100, estimate.EvaluationTime.TotalSeconds);

        double Score(int examples)
        {
            Assert.True(examples <= 64, "the trial is short");
            time.Advance(examples);
            return 50;
        }
    }

    [Fact]
    public async Task Memory_is_what_the_process_had_in_use_with_the_longest_examples()
    {
        TextTask toy = Toy.Task();
        TuningOptions options = Toy.Options(4);
        options.MaxInputLength = 4 * Words;
        long weights = _backbone.ParameterCount * sizeof(float), before = Environment.WorkingSet;
        TuningEstimate estimate = await new PromptTuner(_backbone).EstimateAsync(toy, options, cancellationToken: Cancel);
        Assert.True(estimate.PeakMemory >= weights && estimate.PeakMemory >= before, $"{estimate.PeakMemory} bytes in use, {before} before, weights {weights}");

        TextExample longest = new(string.Join(' ', Enumerable.Repeat("word", Words)), "fact");
        TextTask task = new("long", toy.Labels, [.. toy.Train, longest], toy.Validation);
        EncodedExample[] chosen = LongestExamples.Of(task, _backbone.Tokenizer, options);
        Assert.Equal(options.BatchSize, chosen.Length);
        Assert.Equal(_backbone.Tokenizer.Encode(longest.Input, options.MaxInputLength), chosen[0].Input);

        options.MicroBatchSize = 3; // a pass of two tasks, of which one is raw text
        Assert.Equal(3, LongestExamples.Of(Toy.Mixture(), _backbone.Tokenizer, options).Length);
    }

    [Fact]
    public async Task An_estimate_reads_as_a_line_and_needs_a_run_that_is_possible()
    {
        TuningEstimate estimate = new()
        {
            Steps = 200,
            Evaluations = 10,
            Checkpoints = 2,
            StepTime = TimeSpan.FromSeconds(0.25),
            EvaluationTime = TimeSpan.FromSeconds(3),
            CheckpointTime = TimeSpan.FromSeconds(5),
            TrialSteps = 5,
            PeakMemory = 612_300_000,
            DiskBytes = 123_000,
        };
        Assert.Equal("200 steps and 10 evaluations, about 0:01:30; 612 MB of memory at most in a trial of 5 steps; 0.1 MB on disk", estimate.ToString());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new PromptTuner(_backbone).EstimateAsync(Toy.Task(), Toy.Options(0), cancellationToken: Cancel));
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PromptTuner(_backbone).EstimateAsync(Toy.Task(), Toy.Options(4), cancellationToken: source.Token));
    }
}
