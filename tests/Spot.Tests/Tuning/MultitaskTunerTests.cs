using System.Text.Json;
using Spot.Serialization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Prompts of several tasks with a part in common: tuned, stopped and gone on with, written and read.</summary>
public sealed class MultitaskTunerTests : ToyTests
{
    private static readonly TaskMixture Mixture = new("toys", [new MixtureTask(Toy.Task()), new MixtureTask(Other())]);

    [Fact]
    public async Task Tunes_a_prompt_for_each_task()
    {
        MultitaskTuningOptions options = Options(null);
        (options.Prompt.Steps, options.Prompt.EvaluateEvery, options.TaskOptimizer.LearningRate) = (30, 10, 0.05);
        MultitaskTuningResult result = await new MultitaskTuner(_backbone).TuneAsync(Mixture, options, cancellationToken: Cancel);
        Assert.Equal(30, result.Losses.Count);
        Assert.True(result.Losses.TakeLast(5).Average() < result.Losses.Take(5).Average(), string.Join(' ', result.Losses));
        Assert.Equal(["toy", "upside down"], result.Best.Tasks);
        Assert.NotEqual(result.Final.Of("toy").Values.ToArray(), result.Final.Of("upside down").Values.ToArray());
        Assert.Equal(_backbone.Fingerprint, result.Best.Of("toy").BackboneFingerprint);

        // The score is the mean of the tasks' own, each behind its own prompt.
        PromptEvaluator evaluator = new(_backbone);
        double[] scores = [.. await Task.WhenAll(Mixture.Tasks.Select(async part =>
            (await evaluator.EvaluateAsync(result.Best.Of(part.Task.Name), part.Task, options: options.Prompt.ToEvaluationOptions(), cancellationToken: Cancel)).Score))];
        Assert.Equal(result.BestScore, scores.Average(), 1e-9);
        Assert.Equal($"best score {ResultText.Score(result.BestScore)} at step {result.BestStep} of 30, prompts of 5 x 256 of 2 tasks, rank 2, seed 7", result.ToString());
    }

    [Fact]
    public async Task Begins_at_a_prompt_for_every_task()
    {
        SoftPrompt start = new(5, 256, NumberStream.Uniform("start", 5 * 256, 2), _backbone.Fingerprint);
        MultitaskTuningOptions options = Options(null);
        (options.Prompt.Steps, options.Prompt.EvaluateBeforeTraining) = (1, true);
        options.Prompt.Optimizer = options.TaskOptimizer = new AdafactorOptions { LearningRate = 1e-12, WeightDecay = 0 };
        MultitaskTuningResult result = await new MultitaskTuner(_backbone).TuneAsync(Mixture, options, start, cancellationToken: Cancel);
        foreach (string task in result.Final.Tasks)
        {
            Assert.All(start.Values.ToArray().Zip(result.Final.Of(task).Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public async Task A_stopped_run_goes_on_to_the_same_bytes_and_another_rank_is_another_run()
    {
        MultitaskTuner tuner = new(_backbone);
        MultitaskTuningResult whole = await tuner.TuneAsync(Mixture, Options("whole"), cancellationToken: Cancel);
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tuner.TuneAsync(Mixture, Options("stopped"), progress: new Reports(report => CancelAt(report, 6, source)), cancellationToken: source.Token));
        MultitaskTuningResult resumed = await tuner.TuneAsync(Mixture, Options("stopped"), cancellationToken: Cancel);
        Assert.Equal(whole.Losses, resumed.Losses);
        Assert.Equal(whole.Final.Rows.ToArray(), resumed.Final.Rows.ToArray());
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder.Path, "whole", "checkpoint.safetensors")), File.ReadAllBytes(Path.Combine(_folder.Path, "stopped", "checkpoint.safetensors")));
        MultitaskTuningOptions other = Options("stopped");
        other.Ranks = 1;
        Assert.Contains("ranks is 2", (await Assert.ThrowsAsync<SpotException>(() => tuner.TuneAsync(Mixture, other, cancellationToken: Cancel))).Message, StringComparison.Ordinal);
        other.Ranks = 0;
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => tuner.TuneAsync(Mixture, other, cancellationToken: Cancel));
    }

    [Fact]
    public async Task What_is_written_for_PEFT_is_read_as_it_was()
    {
        MultitaskTuningResult result = await new MultitaskTuner(_backbone).TuneAsync(Mixture, Options(null), cancellationToken: Cancel);
        PromptFile.WritePeft(_folder.Path, result.Final, new PeftExportOptions { BaseModel = "org/model" });
        IReadOnlyList<SoftPrompt> read = PromptFile.ReadAll(_folder.Path, _backbone.Fingerprint, 256);
        Assert.Equal(2, read.Count);
        Assert.Equal(result.Final.Of("toy").Values.ToArray(), read[0].Values.ToArray());
        Assert.Equal(result.Final.Of("upside down").Values.ToArray(), read[1].Values.ToArray());
    }

    /// <summary>PEFT's own folder, taken apart and written again: the same configuration and the same tensors.</summary>
    [Fact]
    public void The_layout_is_the_one_that_PEFT_writes()
    {
        foreach (string name in new[] { "mpt_one_submodule", "mpt_single_task" })
        {
            string golden = Path.Combine(TestPaths.Golden("formats"), "peft", name);
            JsonElement config = GoldenData.Json(Path.Combine(golden, "adapter_config.json"));
            int length = config.GetProperty("num_virtual_tokens").GetInt32(), dim = config.GetProperty("token_dim").GetInt32();
            int tasks = config.GetProperty("num_tasks").GetInt32(), ranks = config.GetProperty("num_ranks").GetInt32();
            using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(golden, "adapter_model.safetensors"));
            if (config.GetProperty("num_transformer_submodules").GetInt32() > 1)
            {
                continue; // rows that nothing uses are not written
            }

            MultitaskPrompt prompt = new(
                [.. Enumerable.Range(0, tasks).Select(task => $"task {task}")], new SoftPrompt(length, dim, file.ReadFloats("prompt_embeddings"), TestPaths.Fingerprint), ranks,
                file.ReadFloats("prefix_task_cols"), file.ReadFloats("prefix_task_rows"));
            PromptFile.WritePeft(_folder.Path, prompt, new PeftExportOptions
            {
                BaseModel = config.GetProperty("base_model_name_or_path").GetString()!,
                Layers = config.GetProperty("num_layers").GetInt32(),
                Heads = config.GetProperty("num_attention_heads").GetInt32(),
            });
            JsonElement written = GoldenData.Json(Path.Combine(_folder.Path, "adapter_config.json"));
            Assert.Equal(config.EnumerateObject().Select(field => (field.Name, field.Value.GetRawText())), written.EnumerateObject().Select(field => (field.Name, field.Value.GetRawText())));
            using SafetensorsFile own = SafetensorsFile.Open(Path.Combine(_folder.Path, "adapter_model.safetensors"));
            Assert.Equal(file.Tensors.Keys.Order(StringComparer.Ordinal), own.Tensors.Keys.Order(StringComparer.Ordinal));
            Assert.All(file.Tensors.Values, tensor =>
            {
                Assert.Equal(tensor.Shape, own.Find(tensor.Name).Shape);
                Assert.Equal(file.ReadFloats(tensor.Name), own.ReadFloats(tensor.Name));
            });
            IReadOnlyList<SoftPrompt> read = PromptFile.ReadAll(golden, TestPaths.Fingerprint, dim);
            Assert.Equal(read.Select(one => one.Values.ToArray()), prompt.Tasks.Select(task => prompt.Of(task).Values.ToArray()));
        }
    }

    [Fact]
    public void Numbers_that_are_no_prompts_are_refused()
    {
        SoftPrompt shared = new(2, 3, new float[6], "x");
        Assert.Contains("distinct names", Assert.Throws<ArgumentException>(() => new MultitaskPrompt(["a", "a"], shared, 1, new float[4], new float[6])).Message, StringComparison.Ordinal);
        Assert.Contains("2 x 2 x 1 and 2 x 1 x 3", Assert.Throws<ArgumentException>(() => new MultitaskPrompt(["a", "b"], shared, 1, new float[5], new float[6])).Message, StringComparison.Ordinal);
        Assert.Contains("the tasks are a, b", Assert.Throws<ArgumentException>(() => new MultitaskPrompt(["a", "b"], shared, 1, new float[4], new float[6]).Of("c")).Message, StringComparison.Ordinal);
    }

    private MultitaskTuningOptions Options(string? folder)
    {
        MultitaskTuningOptions options = new() { Prompt = RunFolderTests.Options("adafactor", folder is null ? null : Path.Combine(_folder.Path, folder)), Ranks = 2 };
        return options;
    }

    // The same inputs with the answers exchanged: no one prompt can do both.
    private static TextTask Other()
    {
        TextTask toy = Toy.Task();
        TextExample[] rows = [.. toy.Train.Select(row => row with { Target = row.Target == "fact" ? "opinion" : "fact" })];
        return new TextTask("upside down", toy.Labels, rows, rows);
    }

    private static void CancelAt(TuningProgress progress, int step, CancellationTokenSource source)
    {
        if (progress.Step == step)
        {
            source.Cancel();
        }
    }
}
