using System.Text.Json;
using Spot.Backbone;
using Spot.Tasks;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Runs that are stopped and go on: to the same bytes, or not at all.</summary>
public sealed class RunFolderTests : ToyTests
{
    public static TheoryData<string> Optimizers => ["adafactor", "adafactor with momentum", "adamw"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public async Task A_cancelled_run_goes_on_to_the_same_bytes(string optimizer)
    {
        TuningResult whole = await TuneAsync(Options(optimizer, "whole"));
        foreach (int stop in new[] { 1, 4, 6, 9 }) // before, between and at evaluations and checkpoints
        {
            TuningOptions options = Options(optimizer, $"stopped-{stop}");
            await StopAtAsync(stop, options);
            TuningResult resumed = await TuneAsync(options);
            Assert.Equal(File.ReadAllBytes(Checkpoint("whole")), File.ReadAllBytes(Checkpoint($"stopped-{stop}")));
            Assert.Equal(whole.Final.Values.ToArray(), resumed.Final.Values.ToArray());
            Assert.Equal(whole.Best.Values.ToArray(), resumed.Best.Values.ToArray());
            Assert.Equal(whole.Embedding!.Prompt.Values.ToArray(), resumed.Embedding!.Prompt.Values.ToArray());
            Assert.Equal(whole.Embedding.Start!.Values.ToArray(), resumed.Embedding.Start!.Values.ToArray());
            Assert.Equal(whole.Losses, resumed.Losses);
            Assert.Equal(whole.Evaluations.Select(e => (e.Step, e.Score)), resumed.Evaluations.Select(e => (e.Step, e.Score)));
        }
    }

    [Fact]
    public async Task A_run_on_streamed_text_goes_on_to_the_same_bytes()
    {
        string[] files = [.. Enumerable.Range(0, 3).Select(file => Path.Combine(_folder.Path, $"text-{file}.txt"))];
        for (int file = 0; file < files.Length; file++)
        {
            File.WriteAllLines(files[file], Enumerable.Range(0, 40).Select(line => $"The boats of river {file} go up and down for {line} days."));
        }

        TuningResult whole = await RunAsync("whole", stop: -1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("stopped", stop: 6));
        TuningResult resumed = await RunAsync("stopped", stop: -1);
        Assert.Equal(File.ReadAllBytes(Checkpoint("whole")), File.ReadAllBytes(Checkpoint("stopped")));
        Assert.Equal(whole.Losses, resumed.Losses);

        async Task<TuningResult> RunAsync(string folder, int stop)
        {
            using TextFiles pages = new(files);
            using CancellationTokenSource source = new();
            TextTask task = TextTask.FromStream("pages", pages, ["A bridge leads over the river."]);
            return await new PromptTuner(_backbone).TuneAsync(
                task, Options("adafactor", Path.Combine(_folder.Path, folder)), progress: new Counter(p => CancelAt(p, stop, source)), cancellationToken: source.Token);
        }
    }

    [Fact]
    public async Task A_folder_changes_nothing_of_the_result()
    {
        TuningOptions without = Options("adafactor", "x");
        without.RunFolder = null;
        TuningResult one = await TuneAsync(without);
        TuningResult other = await TuneAsync(Options("adafactor", "with"));
        Assert.Equal(one.Final.Values.ToArray(), other.Final.Values.ToArray());
    }

    [Fact]
    public async Task A_finished_run_is_not_run_again()
    {
        TuningOptions options = Options("adafactor", "done");
        TuningResult first = await TuneAsync(options);
        int steps = 0;
        TuningResult again = await new PromptTuner(_backbone).TuneAsync(Toy.Mixture(), options, progress: new Counter(report => steps += report.IsStart ? 0 : 1), cancellationToken: Cancel);
        Assert.Equal(0, steps);
        Assert.Equal(first.Best.Values.ToArray(), again.Best.Values.ToArray());
        Assert.Equal(first.BestScore, again.BestScore);
    }

    [Fact]
    public async Task History_has_every_step_and_evaluation_once()
    {
        TuningOptions options = Options("adafactor", "log");
        await StopAtAsync(4, options);
        File.AppendAllText(Path.Combine(options.RunFolder!, "history.jsonl"), "{\"step\":5,\"loss\":1}\n{\"step\":6,\"lo"); // as a killed run leaves it
        TuningResult result = await TuneAsync(options);
        JsonElement[] lines = [.. File.ReadLines(Path.Combine(options.RunFolder!, "history.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement[] steps = [.. lines.Where(line => line.TryGetProperty("loss", out _))];
        Assert.Equal([(4, "resumed")], lines.Where(line => line.TryGetProperty("event", out _)).Select(line => (line.GetProperty("step").GetInt32(), line.GetProperty("event").GetString()!)));
        Assert.Equal(Enumerable.Range(1, options.Steps), steps.Select(line => line.GetProperty("step").GetInt32()));
        Assert.Equal(result.Losses, steps.Select(line => line.GetProperty("loss").GetDouble()));
        Assert.All(steps, line => Assert.True(line.GetProperty("examples_per_second").GetDouble() > 0 && line.GetProperty("gradient_norm").GetDouble() > 0));
        Assert.Equal(
            result.Evaluations.Select(evaluation => (evaluation.Step, evaluation.Score)),
            lines.Where(line => line.TryGetProperty("score", out _)).Select(line => (line.GetProperty("step").GetInt32(), line.GetProperty("score").GetDouble())));
    }

    [Fact]
    public async Task A_checkpoint_of_another_run_is_refused_by_what_differs()
    {
        TuningOptions options = Options("adafactor", "own");
        await StopAtAsync(4, options);
        byte[] before = File.ReadAllBytes(Checkpoint("own"));
        foreach ((Action<TuningOptions> change, string name) in new (Action<TuningOptions>, string)[]
        {
            (o => o.Seed = 8, "Seed is 7 in the checkpoint and 8 in this run"),
            (o => o.Steps = 11, "Steps is 10 in the checkpoint and 11 in this run"),
            (o => o.Optimizer.LearningRate = 0.25, "Optimizer.LearningRate is 3 in the checkpoint and 0.25"),
            (o => o.Optimizer = new AdamWOptions(), "Optimizer is AdafactorOptions in the checkpoint and AdamWOptions"),
            (o => o.Dropout = null, "Dropout is 0.1 in the checkpoint and none"),
            (o => o.OverwriteWithLabelRows = true, "OverwriteWithLabelRows is False in the checkpoint and True"),
        })
        {
            TuningOptions other = options.Clone();
            change(other);
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => TuneAsync(other));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }

        SpotException task = await Assert.ThrowsAsync<SpotException>(
            () => new PromptTuner(_backbone).TuneAsync(Toy.Task("other"), options, cancellationToken: Cancel));
        Assert.Contains("task is toys in the checkpoint and other in this run", task.Message, StringComparison.Ordinal);
        SoftPrompt start = new(5, 256, new float[5 * 256], _backbone.Fingerprint);
        SpotException started = await Assert.ThrowsAsync<SpotException>(
            () => new PromptTuner(_backbone).TuneAsync(Toy.Mixture(), options, start, cancellationToken: Cancel));
        Assert.Contains("start prompt is none", started.Message, StringComparison.Ordinal);
        using T5Backbone half = T5Backbone.Load(Spot.Tests.Backbone.TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.BFloat16 });
        SpotException precision = await Assert.ThrowsAsync<SpotException>(() => new PromptTuner(half).TuneAsync(Toy.Mixture(), options, cancellationToken: Cancel));
        Assert.Contains("precision is Float32 in the checkpoint and BFloat16", precision.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Checkpoint("own")));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_named_and_left()
    {
        TuningOptions options = Options("adafactor", "bad");
        await StopAtAsync(4, options);
        byte[] good = File.ReadAllBytes(Checkpoint("bad"));
        byte[] edited = [.. good];
        int at = edited.AsSpan().IndexOf("\"step\":\"4\""u8);
        edited[at + 8] = (byte)'3';
        foreach (byte[] bytes in new[] { good[..(good.Length / 2)], [], "no checkpoint at all, just text"u8.ToArray(), edited })
        {
            File.WriteAllBytes(Checkpoint("bad"), bytes);
            InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => TuneAsync(options));
            Assert.Contains(Checkpoint("bad"), error.Message, StringComparison.Ordinal);
            Assert.Equal(bytes, File.ReadAllBytes(Checkpoint("bad")));
        }
    }

    [Fact]
    public async Task Two_runs_cannot_share_a_folder()
    {
        TuningOptions options = Options("adafactor", Path.Combine(_folder.Path, "shared"));
        using T5Backbone other = Toy.Backbone();
        Task? second = null;
        await new PromptTuner(_backbone).TuneAsync(Toy.Mixture(), options, progress: new Counter(_ => Try()), cancellationToken: Cancel);
        IOException error = await Assert.ThrowsAnyAsync<IOException>(() => second!);
        Assert.Contains("in use by another run", error.Message, StringComparison.Ordinal);

        // While the first run waits for its report to be taken.
        void Try() => Task.WhenAny(second ??= new PromptTuner(other).TuneAsync(Toy.Mixture(), options, cancellationToken: Cancel)).Wait(Cancel);
    }

    [Fact]
    public async Task A_run_that_moved_says_so_and_goes_on()
    {
        TuningOptions options = Options("adafactor", "moved");
        await StopAtAsync(4, options);
        byte[] checkpoint = File.ReadAllBytes(Checkpoint("moved"));
        int at = checkpoint.AsSpan().IndexOf("cpu, "u8);
        checkpoint[at] = (byte)'n';
        File.WriteAllBytes(Checkpoint("moved"), checkpoint);
        Messages<PromptTuner> messages = new();
        TuningResult result = await new PromptTuner(_backbone, messages).TuneAsync(Toy.Mixture(), options, cancellationToken: Cancel);
        Assert.Equal(options.Steps, result.Losses.Count);
        Assert.Matches("^toys was computed on npu, ([0-9]+) threads and goes on on cpu, \\1 threads", Assert.Single(messages.All));
    }

    [Fact]
    public async Task Model_tuning_goes_on_to_the_same_bytes()
    {
        ModelTuningOptions options = ModelOptions("model-whole");
        ModelTuningResult whole = await new ModelTuner(_backbone).TuneAsync(Toy.Mixture(), Path.Combine(_folder.Path, "a"), options, cancellationToken: Cancel);
        ModelTuningOptions stopped = ModelOptions("model-stopped");
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ModelTuner(_backbone).TuneAsync(
            Toy.Mixture(), Path.Combine(_folder.Path, "b"), stopped, new Counter(p => CancelAt(p, 3, source)), source.Token));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "b")));
        ModelTuningResult resumed = await new ModelTuner(_backbone).TuneAsync(Toy.Mixture(), Path.Combine(_folder.Path, "b"), stopped, cancellationToken: Cancel);
        Assert.Equal(whole.Losses, resumed.Losses);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.Folder, "model.safetensors")), File.ReadAllBytes(Path.Combine(resumed.Folder, "model.safetensors")));
        Assert.Equal(File.ReadAllBytes(Checkpoint("model-whole")), File.ReadAllBytes(Checkpoint("model-stopped")));
    }

    [Fact]
    public async Task A_run_may_be_given_other_steps_until_its_rate_decays()
    {
        // With all that pretraining uses: Muon, prompts of the tasks, passes in bfloat16.
        ModelTuner tuner = new(_backbone);
        ModelTuningOptions options = Stable("whole", 6);
        ModelTuningResult whole = await tuner.TuneAsync(Toy.Mixture(), Path.Combine(_folder.Path, "a"), options, cancellationToken: Cancel);
        ModelTuningOptions shorter = Stable("changed", 5);
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tuner.TuneAsync(
            Toy.Mixture(), Path.Combine(_folder.Path, "b"), shorter, new Counter(p => CancelAt(p, 3, source)), source.Token));
        shorter.Steps = 6;
        ModelTuningResult changed = await tuner.TuneAsync(Toy.Mixture(), Path.Combine(_folder.Path, "b"), shorter, cancellationToken: Cancel);
        Assert.Equal(whole.Losses, changed.Losses);
        Assert.Equal(File.ReadAllBytes(Checkpoint("whole")), File.ReadAllBytes(Checkpoint("changed")));
        shorter.Steps = 9;
        SpotException error = await Assert.ThrowsAsync<SpotException>(
            () => tuner.TuneAsync(Toy.Mixture(), Path.Combine(_folder.Path, "c"), shorter, cancellationToken: Cancel));
        Assert.Contains("Steps is 6 in the checkpoint", error.Message, StringComparison.Ordinal);
    }

    internal static TuningOptions Options(string optimizer, string? folder)
    {
        TuningOptions options = Toy.Options(10);
        (options.EvaluateEvery, options.CheckpointEvery, options.EmbeddingStep, options.Dropout, options.Seed) = (3, 4, 5, 0.1, 7);
        (options.MaxInputLength, options.WarmupSteps, options.LearningRateSchedule) = (24, 2, LearningRateSchedule.Linear);
        options.Optimizer = optimizer switch
        {
            "adamw" => new AdamWOptions { LearningRate = 0.3 },
            "adafactor with momentum" => new AdafactorOptions { LearningRate = 3, Beta1 = 0.9 },
            _ => new AdafactorOptions { LearningRate = 3 },
        };
        options.RunFolder = folder;
        return options;
    }

    private ModelTuningOptions Stable(string folder, int steps)
    {
        ModelTuningOptions options = ModelOptions(folder);
        (options.Steps, options.DecaySteps, options.LearningRateSchedule, options.TaskPromptLength) = (steps, 2, LearningRateSchedule.WarmupStableDecay, 3);
        (options.Optimizer, options.EvaluateEvery, options.Precision) = (new MuonOptions(), 100, BackbonePrecision.BFloat16);
        return options;
    }

    private ModelTuningOptions ModelOptions(string folder) => ModelOptions("adafactor", Path.Combine(_folder.Path, folder), 5);

    internal static ModelTuningOptions ModelOptions(string optimizer, string? folder, int steps)
    {
        ModelTuningOptions options = Toy.ModelOptions(steps);
        (options.EvaluateEvery, options.CheckpointEvery, options.Dropout, options.Seed) = (3, 4, 0.1, 7);
        (options.MaxInputLength, options.WarmupSteps, options.LearningRateSchedule) = (24, 2, LearningRateSchedule.Linear);
        options.Optimizer = optimizer == "adamw" ? new AdamWOptions() : new AdafactorOptions { LearningRate = 1e-3, ScaleParameter = true };
        options.RunFolder = folder;
        return options;
    }

    private string Checkpoint(string folder) => Path.Combine(_folder.Path, folder, "checkpoint.safetensors");

    private Task<TuningResult> TuneAsync(TuningOptions options)
    {
        options.RunFolder = options.RunFolder is null ? null : Path.Combine(_folder.Path, options.RunFolder);
        return new PromptTuner(_backbone).TuneAsync(Toy.Mixture(), options, cancellationToken: Cancel);
    }

    private async Task StopAtAsync(int step, TuningOptions options)
    {
        using CancellationTokenSource source = new();
        options.RunFolder = Path.Combine(_folder.Path, options.RunFolder!);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new PromptTuner(_backbone).TuneAsync(Toy.Mixture(), options, progress: new Counter(p => CancelAt(p, step, source)), cancellationToken: source.Token));
    }

    private static void CancelAt(TuningProgress progress, int step, CancellationTokenSource source)
    {
        if (progress.Step == step)
        {
            source.Cancel();
        }
    }

    private sealed class Counter(Action<TuningProgress> report) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value) => report(value);
    }
}
