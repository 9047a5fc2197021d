using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spot.Backbone;
using Spot.Samples.Pretrain.Mixture;
using Spot.Tuning;

namespace Spot.Samples.Pretrain;

/// <summary>Trains a checkpoint on the mixture, in pieces if need be.</summary>
internal sealed class Training(TrainingSettings options)
{
    private const string LogName = "training.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TaskMixture mixture = PretrainingMixture.Create(options.Data, out IReadOnlyCollection<string> used);
        AnsiConsole.MarkupLineInterpolated($"{mixture.Tasks.Count} tasks, {mixture.Tasks.Count(task => task.TaskPrompt)} of them behind a prompt");
        using T5Backbone backbone = T5Backbone.Load(options.Fresh ? Begin() : options.Model, new BackboneOptions { Precision = BackbonePrecision.Float32 });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(TimeSpan.FromMinutes(options.Minutes));
        ModelTuningOptions recipe = options.Recipe();
        ModelTuner tuner = new(backbone);
        ModelTuningResult result = await tuner.TuneAsync(mixture, options.Output, recipe, new Lines(), stop.Token);
        string start = options.Fresh ? $"new blocks, and the embeddings of {Path.GetFileName(options.Model)}" : backbone.Name;
        WriteLog(result, mixture, recipe, start);
        new Card(options.Data, used).Write(result.Folder, backbone.Config, recipe, start);
        AnsiConsole.MarkupLineInterpolated($"[bold]{result.Folder}[/]: mean validation score of the tasks {result.BestScore:F1}");
    }

    // Beside the run's folder, which belongs to the run.
    private string Begin()
    {
        string start = Path.TrimEndingDirectorySeparator(options.Run) + "-start";
        if (!Directory.Exists(start))
        {
            new FreshModel(options.Model, 0).Write(start);
        }

        return start;
    }

    private void WriteLog(ModelTuningResult result, TaskMixture mixture, ModelTuningOptions recipe, string start)
    {
        object log = new
        {
            tool = "Spot, samples/Pretrain",
            start,
            steps = recipe.Steps,
            warmup_steps = recipe.WarmupSteps,
            decay_steps = recipe.DecaySteps,
            batch = recipe.BatchSize,
            relative_rate = options.Rate,
            task_prompt_rows = recipe.TaskPromptLength,
            max_input_tokens = recipe.MaxInputLength,
            tasks = mixture.Tasks.Zip(mixture.Rates).GroupBy(task => task.First.Task.Family).ToDictionary(
                family => family.Key!, family => new { count = family.Count(), share = Math.Round(family.Sum(task => task.Second), 3) }),
            losses = result.Losses.Chunk(100).Select(part => Math.Round(part.Average(), 3)),
            validation = result.Evaluations[^1].Metrics.ToDictionary(metric => metric.Key, metric => Math.Round(metric.Value, 1)),
            before = Before(),
        };
        File.WriteAllText(Path.Combine(result.Folder, LogName), JsonSerializer.Serialize(log, Indented) + "\n");
    }

    // The log of the training that this one went on from, where it has one.
    private JsonNode? Before()
    {
        string path = Path.Combine(options.Model, LogName);
        return !options.Fresh && File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null;
    }

    /// <summary>A line every twenty steps: a run of hours is watched in a file as often as on a screen.</summary>
    private sealed class Lines : IProgress<TuningProgress>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private double _loss;
        private int _steps;

        public void Report(TuningProgress value)
        {
            if (value.IsStart)
            {
                Console.WriteLine(value);
                return;
            }

            _loss += value.Loss;
            _steps++;
            if (value.Step % 20 == 0 || value.Step == value.Steps)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{value.Step}/{value.Steps}  loss {_loss / _steps:F3}  norm {value.GradientNorm:F2}  rate {value.LearningRate:G3}  {value.ExamplesPerSecond:F0} examples/s  {_clock.Elapsed:hh\\:mm\\:ss}  left {value.Remaining:hh\\:mm\\:ss}"));
                (_loss, _steps) = (0, 0);
            }
        }
    }
}
