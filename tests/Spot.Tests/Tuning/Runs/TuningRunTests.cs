using System.Diagnostics;
using System.Diagnostics.Metrics;
using Spot.Serialization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>What the options of the loop do, and what can be observed of it.</summary>
public sealed class TuningRunTests : ToyTests
{
    [Fact]
    public async Task Patience_ends_a_run_that_no_longer_improves()
    {
        double[] scores = [10, 30, 20, 30, 25, 90];
        foreach ((int patience, int embeddingStep, int last) in new[] { (3, 1000, 5), (2, 1000, 4), (2, 5, 5), (4, 1000, 6) })
        {
            int calls = 0;
            TextTask task = Toy.Scripted(() => scores[calls++]);
            TuningOptions options = Toy.Options(6);
            (options.EvaluateEvery, options.Patience, options.EmbeddingStep) = (1, patience, embeddingStep);
            TuningResult result = await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel);
            Assert.Equal(last, result.Losses.Count);
            Assert.Equal(last == 6 ? (6, 90.0) : (2, 30.0), (result.BestStep, result.BestScore));
        }
    }

    [Fact]
    public async Task A_start_that_tuning_does_not_improve_is_the_best_checkpoint()
    {
        double[] scores = [50, 10, 20];
        int calls = 0;
        TextTask task = Toy.Scripted(() => scores[calls++]);
        TuningOptions options = Toy.Options(2);
        (options.EvaluateEvery, options.EvaluateBeforeTraining, options.RunFolder) = (1, true, _folder.Path);
        SoftPrompt start = new(5, 256, NumberStream.Uniform("start", 5 * 256, 2), _backbone.Fingerprint);
        TuningResult result = await new PromptTuner(_backbone).TuneAsync(task, options, start, cancellationToken: Cancel);
        Assert.Equal([0, 1, 2], result.Evaluations.Select(evaluation => evaluation.Step));
        Assert.Equal((0, 50.0), (result.BestStep, result.BestScore));
        Assert.Equal(start.Values.ToArray(), result.Best.Values.ToArray());
        Assert.NotEqual(start.Values.ToArray(), result.Final.Values.ToArray());
        TuningResult again = await new PromptTuner(_backbone).TuneAsync(task, options, start, cancellationToken: Cancel); // from the checkpoint
        Assert.Equal(scores, again.Evaluations.Select(evaluation => evaluation.Score));
        Assert.Equal(3, File.ReadLines(Path.Combine(_folder.Path, "history.jsonl")).Count(line => line.Contains("\"score\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_undefined_score_is_worse_than_any_number()
    {
        double[] scores = [double.NaN, -50, double.NaN];
        int calls = 0;
        TextTask task = Toy.Scripted(() => scores[calls++]);
        TuningOptions options = Toy.Options(3);
        (options.EvaluateEvery, options.RunFolder) = (1, _folder.Path);
        TuningResult result = await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel);
        Assert.Equal((2, -50.0), (result.BestStep, result.BestScore));
        TuningResult again = await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel); // from the checkpoint
        Assert.Equal(scores, again.Evaluations.Select(evaluation => evaluation.Score));
    }

    [Fact]
    public async Task Clipping_limits_the_gradient_that_the_optimizer_gets()
    {
        TuningOptions options = Toy.Options(1);
        (options.GradientClipping, options.RunFolder) = (0.03125, _folder.Path);
        options.Optimizer = new AdamWOptions { Beta1 = 0.75 };
        List<TuningProgress> steps = [];
        await new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, progress: new List(steps), cancellationToken: Cancel);
        Assert.True(steps[1].GradientNorm > 0.0625, $"norm {steps[1].GradientNorm}"); // as computed, before it is clipped
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_folder.Path, "checkpoint.safetensors"));
        double norm = Math.Sqrt(file.ReadFloats("optimizer/first/prompt").Sum(value => (double)value * value)) / (1 - 0.75);
        Assert.Equal(0.03125, norm, 1e-6);
    }

    [Fact]
    public async Task Warm_up_and_decay_set_the_rate_of_each_step()
    {
        TuningOptions options = Toy.Options(6);
        (options.WarmupSteps, options.LearningRateSchedule) = (2, LearningRateSchedule.Linear);
        options.Optimizer.LearningRate = 2;
        List<TuningProgress> steps = [];
        await new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, progress: new List(steps), cancellationToken: Cancel);
        Assert.Equal([0, 1, 2, 1.5, 1, 0.5], steps.Skip(1).Select(step => step.LearningRate));
    }

    [Fact]
    public async Task A_host_can_observe_runs()
    {
        List<string> activities = [];
        using ActivityListener activityListener = new()
        {
            ShouldListenTo = source => source.Name == "Spot",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => Note(activities, $"{activity.OperationName} {activity.Parent?.OperationName}"),
        };
        ActivitySource.AddActivityListener(activityListener);
        long steps = 0, examples = 0;
        double loss = 0;
        using MeterListener meters = new() { InstrumentPublished = (instrument, listener) => Enable(instrument, listener) };
        int thread = -1;
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (Environment.CurrentManagedThreadId == Volatile.Read(ref thread))
            {
                steps += instrument.Name == "spot.tuning.steps" ? value : 0;
                examples += instrument.Name == "spot.tuning.examples" ? value : 0;
            }
        });
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => loss = instrument.Name == "spot.tuning.loss" ? value : loss);
        meters.Start();
        TuningOptions options = Toy.Options(3);
        options.RunFolder = _folder.Path;
        List<TuningProgress> reports = [];
        TextTask toy = Toy.Task();
        TextTask task = new("observed", toy.Labels, toy.Train, toy.Validation);
        await new PromptTuner(_backbone).TuneAsync(task, options, progress: new List(reports, _ => Volatile.Write(ref thread, Environment.CurrentManagedThreadId)), cancellationToken: Cancel);
        Assert.Equal((3, 24), (steps, examples)); // the thread is known from the start
        Assert.True(double.IsFinite(loss) && loss > 0);
        Assert.Contains("spot.tune ", activities);
        Assert.Contains("spot.evaluate spot.tune", activities);
        Assert.Contains("spot.checkpoint spot.tune", activities);
        Assert.All(reports.Skip(1), report => Assert.True(report.ExamplesPerSecond > 0 && report.GradientNorm > 0));

        static void Note(List<string> list, string text)
        {
            lock (list)
            {
                list.Add(text);
            }
        }

        static void Enable(Instrument instrument, MeterListener listener)
        {
            if (instrument.Meter.Name == "Spot")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }
    }

    private sealed class List(List<TuningProgress> steps, Action<TuningProgress>? then = null) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value)
        {
            steps.Add(value);
            then?.Invoke(value);
        }
    }
}
