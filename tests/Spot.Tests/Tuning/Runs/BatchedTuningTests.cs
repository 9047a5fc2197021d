using Microsoft.Extensions.Logging;
using Spot.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Several runs beside each other are the runs that they would be alone.</summary>
public sealed class BatchedTuningTests : ToyTests
{
    [Fact]
    public async Task Each_run_is_what_it_is_alone()
    {
        // Of two lengths, and more than share a pass.
        SoftPrompt[] starts = [.. new[] { 4, 3, 4, 4, 4, 4, 3 }.Select(Start)];
        TuningOptions options = Options();
        IReadOnlyList<TuningResult> together = await new PromptTuner(_backbone).TuneManyAsync(Toy.Mixture(), starts, options, cancellationToken: Cancel);
        Assert.Equal(starts.Length, together.Count);
        for (int i = 0; i < starts.Length; i++)
        {
            TuningResult alone = await new PromptTuner(_backbone).TuneAsync(Toy.Mixture(), options, starts[i], cancellationToken: Cancel);
            AssertClose(alone, together[i]);
        }
    }

    [Fact]
    public async Task Runs_start_with_the_rows_of_the_labels_where_that_is_asked_for_together_and_alone()
    {
        TuningOptions options = Options();
        (options.EvaluateBeforeTraining, options.Initialization, options.PromptLength) = (true, PromptInitialization.ClassLabels, 2);
        TextTask task = Toy.Scripted(() => 50); // the start is as good as any and stays the best
        SoftPrompt labels = (await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel)).Best;
        options.OverwriteWithLabelRows = true;
        SoftPrompt[] starts = [Start(4), Start(3)];
        IReadOnlyList<TuningResult> together = await new PromptTuner(_backbone).TuneManyAsync(task, starts, options, cancellationToken: Cancel);
        TuningResult alone = await new PromptTuner(_backbone).TuneAsync(task, options, starts[1], cancellationToken: Cancel);
        foreach ((SoftPrompt start, SoftPrompt best) in new[] { (starts[0], together[0].Best), (starts[1], together[1].Best), (starts[1], alone.Best) })
        {
            Assert.Equal([.. labels.Values.ToArray(), .. start.Values.ToArray()[labels.Values.Length..]], best.Values.ToArray());
        }
    }

    [Fact]
    public async Task Runs_that_do_not_share_passes_are_the_same_to_the_bit()
    {
        TuningOptions options = Options();
        (options.BatchSize, options.MicroBatchSize) = (32, 32); // on the CPU one prompt fills a pass
        SoftPrompt[] starts = [.. new[] { 4, 4 }.Select(Start)];
        IReadOnlyList<TuningResult> together = await new PromptTuner(_backbone).TuneManyAsync(Toy.Task(), starts, options, cancellationToken: Cancel);
        TuningResult alone = await new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, starts[1], cancellationToken: Cancel);
        Assert.Equal(alone.Final.Values.ToArray(), together[1].Final.Values.ToArray());
        Assert.Equal(alone.Losses, together[1].Losses);
    }

    [Fact]
    public async Task A_runs_share_of_the_work_is_the_time_of_its_steps()
    {
        foreach ((int rows, double least, double most) in new[] { (32, 0.9, 1.1), (8, 1.2, 4) }) // each in passes of its own; all in the same
        {
            TuningOptions options = Options();
            (options.BatchSize, options.MicroBatchSize) = (rows, rows);
            PromptTuner tuner = new(_backbone) { Time = new TensorTime(_backbone) };
            SoftPrompt[] starts = [.. Enumerable.Range(0, 4).Select(_ => Start(4))];
            Reports alone = new(), together = new();
            await tuner.TuneAsync(Toy.Task(), options, starts[0], alone, Cancel);
            await tuner.TuneManyAsync(Toy.Task(), starts, options, progress: together, cancellationToken: Cancel);
            Assert.All(together.All.Where(report => report.Step == options.Steps), report =>
                Assert.InRange(report.ExamplesPerSecond / alone.All[^1].ExamplesPerSecond, least, most));
        }
    }

    [Fact]
    public async Task Examples_are_drawn_and_encoded_once_for_all()
    {
        CountedRows rows = new();
        TextTask toy = Toy.Task();
        TextTask task = new("counted", toy.Labels, [.. toy.Train.Select(example => example with { PromptRows = rows })], toy.Validation);
        Assert.NotEmpty(task.Fingerprint); // computed once, which reads them too
        PromptTuner tuner = new(_backbone);
        int before = rows.Reads;
        await tuner.TuneAsync(task, Options(), Start(4), cancellationToken: Cancel);
        int alone = rows.Reads - before;
        await tuner.TuneManyAsync(task, [Start(4), Start(3), Start(4)], Options(), cancellationToken: Cancel);
        Assert.True(alone > 0);
        Assert.Equal(alone, rows.Reads - before - alone);
    }

    [Fact]
    public async Task Doubts_starts_ends_and_drops_are_logged()
    {
        double[] scores = [10, 40, 30, 50, 60];
        int calls = 0;
        Messages<PromptTuner> log = new(LogLevel.Information);
        TuningOptions options = Options();
        options.Optimizer.LearningRate = 5e-3;
        await new PromptTuner(_backbone, log).TuneManyAsync(
            Toy.Scripted(() => scores[calls++]), [Start(4), Start(4), Start(4)], options, [new TuningRung(2, 1)], cancellationToken: Cancel);
        Assert.Contains("the learning rate 0.005 is far below what prompts need", Assert.Single(log.All, line => line.StartsWith("scripted: the learning rate", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("scripted: tunes 3 prompts beside each other, on the same batches; rungs: 1 after step 2", log.All[1]);
        Assert.Equal("scripted, candidate 1 of 3: tunes a prompt for 6 steps of 8 examples, evaluated every 2 steps, seed 0", log.All[2]);
        Assert.Equal(
            ["scripted, candidate 1 of 3 is dropped after step 2: its best score is 10.0", "scripted, candidate 3 of 3 is dropped after step 2: its best score is 30.0"],
            log.All.Where(line => line.Contains("dropped", StringComparison.Ordinal)));
        Assert.Equal(
            ["scripted, candidate 2 of 3 ends after step 6: best score 60.0 at step 6", "scripted: the best of 3 prompts is scripted, candidate 2 of 3, score 60.0"], log.All.TakeLast(2));
    }

    [Fact]
    public async Task Rounds_drop_the_weaker_runs()
    {
        // Scores by prompt, in the order in which they are evaluated: at step 2 of 4 runs, at 4 of the 2 best, at 6 of one.
        double[] scores = [10, 40, 30, 20, 50, 60, 70];
        int calls = 0;
        TextTask task = Toy.Scripted(() => scores[calls++]);
        SoftPrompt[] starts = [.. Enumerable.Range(0, 4).Select(_ => Start(4))];
        IReadOnlyList<TuningResult> results = await new PromptTuner(_backbone).TuneManyAsync(
            task, starts, Options(), [new TuningRung(2, 2), new TuningRung(4, 1)], cancellationToken: Cancel);
        Assert.Equal([2, 4, 6, 2], results.Select(result => result.Losses.Count));
        Assert.Equal([10, 50, 70, 20], results.Select(result => result.BestScore));
        Assert.Equal(scores.Length, calls);
    }

    [Fact]
    public async Task A_round_before_the_first_step_spends_none_on_the_weaker()
    {
        double[] scores = [10, 40, 30, 20, 25, 35, 45, 20];
        int calls = 0;
        TextTask task = Toy.Scripted(() => scores[calls++]);
        SoftPrompt[] starts = [.. Enumerable.Range(0, 4).Select(_ => Start(4))];
        TuningOptions options = Options();
        options.EvaluateBeforeTraining = true;
        IReadOnlyList<TuningResult> results = await new PromptTuner(_backbone).TuneManyAsync(
            task, starts, options, [new TuningRung(0, 2), new TuningRung(2, 1)], cancellationToken: Cancel);
        Assert.Equal([0, 6, 2, 0], results.Select(result => result.Losses.Count));
        Assert.Equal([(0, 10), (4, 45), (2, 35), (0, 20)], results.Select(result => (result.BestStep, result.BestScore)));
        Assert.Equal(starts[0].Values.ToArray(), results[0].Best.Values.ToArray());
        Assert.Equal(scores.Length, calls);
    }

    [Fact]
    public async Task A_run_that_diverges_ends_alone_and_takes_no_place_in_a_rung()
    {
        double[] scores = [20, 30, 10, 40, 50, 60, 70]; // at step 2 of 3 runs, at 4 and 6 of 2
        int calls = 0;
        TextTask task = Toy.Scripted(() => scores[calls++]);
        SoftPrompt good = Start(4), bad = new(4, good.Dim, [.. good.Values.ToArray().Select(value => value * 1e35f)], good.BackboneFingerprint);
        TuningOptions options = Options();
        options.Optimizer = new AdamWOptions { LearningRate = 1e4 }; // its decay makes all a hundred times larger each step
        PromptTuner tuner = new(_backbone);
        IReadOnlyList<TuningResult> results = await tuner.TuneManyAsync(task, [bad, good, good, good], options, [new TuningRung(2, 2)], cancellationToken: Cancel);
        Assert.Equal([1, 6, 6, 2], results.Select(result => result.Losses.Count));
        Assert.Equal([double.NaN, 60, 70, 10], results.Select(result => result.BestScore));
        Assert.Equal([2, null, null, null], results.Select(result => result.Divergence?.Step));
        Assert.Equal(results[0].Final.Values.ToArray(), results[0].Best.Values.ToArray());
        Assert.Same(results[0], results[0].Divergence!.Result);
        TuningDivergedException error = await Assert.ThrowsAsync<TuningDivergedException>(() => tuner.TuneManyAsync(task, [bad, bad], options, cancellationToken: Cancel));
        Assert.Same(error, error.Result!.Divergence);
    }

    [Fact]
    public async Task Rounds_and_starts_that_cannot_be_are_refused()
    {
        PromptTuner tuner = new(_backbone);
        foreach (TuningRung[] rungs in new TuningRung[][] { [new(3, 1)], [new(6, 1)], [new(2, 0)], [new(4, 2), new(2, 1)], [new(0, 1)], [new(-2, 1)] })
        {
            ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => tuner.TuneManyAsync(Toy.Task(), [Start(4)], Options(), rungs, cancellationToken: Cancel));
            Assert.Contains("multiple of EvaluateEvery (2)", error.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ArgumentException>("starts", () => tuner.TuneManyAsync(Toy.Task(), [], Options(), cancellationToken: Cancel));
        await Assert.ThrowsAsync<SpotException>(() => tuner.TuneManyAsync(Toy.Task(), [new SoftPrompt(4, 256, new float[4 * 256], "other")], Options(), cancellationToken: Cancel));
    }

    [Fact]
    public async Task Stopped_runs_go_on_from_their_checkpoints()
    {
        SoftPrompt[] starts = [.. Enumerable.Range(0, 3).Select(_ => Start(4))];
        TuningRung[] rungs = [new(4, 2)];
        TuningOptions options = Options();
        IReadOnlyList<TuningResult> whole = await new PromptTuner(_backbone).TuneManyAsync(Toy.Task(), starts, options, rungs, cancellationToken: Cancel);
        (options.RunFolder, options.CheckpointEvery) = (_folder.Path, 1);
        foreach (int stop in new[] { 2, 7, 5 }) // reports of steps, the runs in turn
        {
            using CancellationTokenSource source = new();
            int reports = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PromptTuner(_backbone).TuneManyAsync(
                Toy.Task(), starts, options, rungs, new Counter(() => { if (++reports == stop) { source.Cancel(); } }), source.Token));
        }

        // As a process leaves it that was killed between two checkpoints: one run far behind the others.
        Directory.Delete(Path.Combine(_folder.Path, "1"), recursive: true);
        IReadOnlyList<TuningResult> resumed = await new PromptTuner(_backbone).TuneManyAsync(Toy.Task(), starts, options, rungs, cancellationToken: Cancel);
        Assert.Equal(whole.Select(result => result.Losses.Count), resumed.Select(result => result.Losses.Count));
        for (int i = 0; i < starts.Length; i++)
        {
            AssertClose(whole[i], resumed[i]);
        }

        int steps = 0;
        await new PromptTuner(_backbone).TuneManyAsync(Toy.Task(), starts, options, rungs, new Counter(() => steps++), Cancel);
        Assert.Equal(0, steps);
    }

    private static void AssertClose(TuningResult expected, TuningResult actual)
    {
        double difference = Distance(expected.Final, actual.Final);
        Assert.True(difference < 0.02, $"{difference:E2}");
        Assert.Equal(expected.Losses.Count, actual.Losses.Count);
        Assert.All(expected.Losses.Zip(actual.Losses), loss => Assert.Equal(loss.First, loss.Second, 1e-3 * loss.First));
        Assert.Equal(expected.Evaluations.Select(evaluation => evaluation.Step), actual.Evaluations.Select(evaluation => evaluation.Step));
        Assert.Equal(expected.Embedding!.Step, actual.Embedding!.Step);
    }

    // Root mean squares: the first update of Adafactor is the gradient's sign, so that rounding moves a few numbers near 0 the other way.
    private static double Distance(SoftPrompt expected, SoftPrompt actual) => Math.Sqrt(
        expected.Values.ToArray().Zip(actual.Values.ToArray(), (a, b) => (double)(a - b) * (a - b)).Sum() / expected.Values.ToArray().Sum(a => (double)a * a));

    private static TuningOptions Options()
    {
        TuningOptions options = Toy.Options(6);
        (options.EvaluateEvery, options.EmbeddingStep, options.Dropout, options.MaxInputLength) = (2, 2, 0.1, 24);
        options.Optimizer = new AdafactorOptions { LearningRate = 0.05 }; // at larger rates rounding grows from step to step
        return options;
    }

    private int _starts;

    private SoftPrompt Start(int length) => new(length, 256, NumberStream.Uniform($"start {_starts++}", length * 256, 2), _backbone.Fingerprint);

    private sealed class Counter(Action report) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value)
        {
            if (!value.IsStart)
            {
                report();
            }
        }
    }
}
