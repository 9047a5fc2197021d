using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Backbone;
using Spot.Serialization;

namespace Spot.Tuning;

/// <summary>The first steps of a run in a folder of their own, to see what the whole run takes.</summary>
/// <remarks>
/// What is timed is the run's own loop: a pass over the longest examples and a first step warm up, then come steps that count. Nothing of it is left.
/// </remarks>
/// <param name="backbone">The model.</param>
/// <param name="task">The task, or a mixture of tasks.</param>
/// <param name="options">The checked options of the run.</param>
/// <param name="start">The prompt that the run starts from; null to initialise.</param>
/// <param name="time">What it is timed by.</param>
internal sealed class TuningTrial(T5Backbone backbone, TaskMixture task, TuningOptions options, SoftPrompt? start, TimeProvider time)
{
    private const int MostSteps = 5, MostExamples = 64, Never = 1 << 30;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    /// <summary>Tries and estimates.</summary>
    /// <param name="cancellationToken">Checked before every step and in the evaluation.</param>
    public TuningEstimate Run(CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("spot-trial-");
        try
        {
            return Run(Trial(folder.FullName), cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Long enough not to end, with the one evaluation before the first step and no checkpoint but the one that is asked for.
    private TuningOptions Trial(string folder)
    {
        TuningOptions trial = options.Clone();
        (trial.Steps, trial.EvaluateEvery, trial.CheckpointEvery, trial.EmbeddingStep) = (Never, Never, Never, Never);
        (trial.EvaluateBeforeTraining, trial.Patience) = (true, null);
        trial.MaxValidationExamples = Math.Min(options.MaxValidationExamples ?? int.MaxValue, MostExamples);
        (trial.RunFolder, trial.KeepCheckpoints) = (folder, false);
        return trial;
    }

    private TuningEstimate Run(TuningOptions trial, CancellationToken cancellationToken)
    {
        using MemoryWatch memory = new();
        using PromptTrainable trainable = PromptTrainable.Create(backbone, task, trial, start);
        TrainingStream stream = new(task, backbone.Tokenizer, trial);
        TuningRun run = new(trainable, task, stream, trial, NullLogger.Instance, new Milestones(time));
        using IDisposable? opened = run.Open(RunIdentity.Of(trainable.Kind, backbone, task, trial, start));
        trainable.ForwardBackward(LongestExamples.Of(task, backbone.Tokenizer, trial), 0);
        using IEnumerator<int> steps = run.Loop(null, cancellationToken).GetEnumerator();
        TimeSpan evaluation = Timed(() => steps.MoveNext());
        steps.MoveNext();
        long began = time.GetTimestamp();
        int timed = 0;
        while (timed < MostSteps && (timed == 0 || time.GetElapsedTime(began) < Enough))
        {
            steps.MoveNext();
            timed++;
        }

        TimeSpan step = time.GetElapsedTime(began) / timed;
        TimeSpan checkpoint = Timed(run.Save);
        double share = (double)MixtureEvaluator.Examples(task, options.MaxValidationExamples) / MixtureEvaluator.Examples(task, trial.MaxValidationExamples);
        return new TuningEstimate
        {
            Steps = options.Steps,
            Evaluations = TrialCounts.Evaluations(options),
            Checkpoints = TrialCounts.Checkpoints(options),
            StepTime = step,
            EvaluationTime = evaluation * share,
            CheckpointTime = options.RunFolder is null ? TimeSpan.Zero : checkpoint,
            TrialSteps = timed,
            PeakMemory = memory.Peak,
            DiskBytes = options.RunFolder is null ? 0 : TrialCounts.Bytes(options, Files(trial.RunFolder!, run.State, trainable)),
        };
    }

    private static TrialFiles Files(string folder, RunState state, PromptTrainable trainable)
    {
        string[] history = File.ReadAllLines(Path.Combine(folder, RunFolder.HistoryName));
        string[] steps = [.. history.Where(line => line.Contains("\"loss\"", StringComparison.Ordinal))];
        string kept = Path.Combine(folder, "kept");
        PromptFile.WriteSafetensors(kept, trainable.Prompt(trainable.Values));
        return new TrialFiles(
            state.Step,
            new FileInfo(Path.Combine(folder, RunFolder.CheckpointName)).Length,
            trainable.Values.Length * (long)sizeof(float),
            JsonSerializer.Serialize(state.Evaluations, TuningJson.Default.ListTuningEvaluation).Length,
            (long)steps.Average(line => Encoding.UTF8.GetByteCount(line) + 1),
            Encoding.UTF8.GetByteCount(history.Except(steps).Single()) + 1,
            new FileInfo(kept).Length);
    }

    private TimeSpan Timed(Action work)
    {
        long began = time.GetTimestamp();
        work();
        return time.GetElapsedTime(began);
    }
}
