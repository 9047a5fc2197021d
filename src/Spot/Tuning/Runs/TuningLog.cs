using Microsoft.Extensions.Logging;

namespace Spot.Tuning;

/// <summary>The log messages of a run.</summary>
internal static partial class TuningLog
{
    /// <summary>What a run is going to do.</summary>
    public static void Started(ILogger logger, string run, string kind, TrainingOptions options)
    {
        if (options.Label.Kind == TuningRunKind.Embedding)
        {
            Started(logger, run, kind, options.Steps, options.BatchSize, options.Seed);
        }
        else
        {
            Started(logger, run, kind, options.Steps, options.BatchSize, options.EvaluateEvery, options.Seed);
        }
    }

    /// <summary>What a run gave.</summary>
    public static void Finished(ILogger logger, string run, RunState state)
    {
        if (state.BestIndex < 0)
        {
            Finished(logger, run, state.Step);
        }
        else
        {
            Finished(logger, run, state.Step, state.BestEvaluation.Score, state.BestEvaluation.Step);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Run}: tunes a {Kind} for {Steps} steps of {BatchSize} examples, evaluated every {EvaluateEvery} steps, seed {Seed}")]
    private static partial void Started(ILogger logger, string run, string kind, int steps, int batchSize, int evaluateEvery, long seed);

    [LoggerMessage(9, LogLevel.Information, "{Run}: tunes a {Kind} for {Steps} steps of {BatchSize} examples, seed {Seed}")]
    private static partial void Started(ILogger logger, string run, string kind, int steps, int batchSize, long seed);

    [LoggerMessage(10, LogLevel.Information, "{Run} step {Step} of {Steps}: loss {Loss:F3}, {ExamplesPerSecond:F1} examples/s, about {Remaining} left")]
    public static partial void Pace(ILogger logger, string run, int step, int steps, double loss, double examplesPerSecond, string remaining);

    [LoggerMessage(2, LogLevel.Information, "{Run} goes on from the checkpoint of step {Step} of {Steps}")]
    public static partial void Resumed(ILogger logger, string run, int step, int steps);

    [LoggerMessage(3, LogLevel.Information, "{Run} step {Step}: score {Score:F1}, invalid outputs {InvalidOutputRate:P0}")]
    public static partial void Evaluated(ILogger logger, string run, int step, double score, double invalidOutputRate);

    [LoggerMessage(4, LogLevel.Information, "{Run} stops early at step {Step}: no evaluation since step {BestStep} was better")]
    public static partial void StoppedEarly(ILogger logger, string run, int step, int bestStep);

    [LoggerMessage(5, LogLevel.Error, "{Run} diverged at step {Step}: loss {Loss}, gradient norm {GradientNorm}")]
    public static partial void Diverged(ILogger logger, string run, int step, double loss, double gradientNorm);

    [LoggerMessage(6, LogLevel.Warning, "{Task}: {Problem}")]
    public static partial void UnusualRecipe(ILogger logger, string task, string problem);

    [LoggerMessage(7, LogLevel.Warning, "{Run} was computed on {Before} and goes on on {Now}: its last digits will not be those of an uninterrupted run")]
    public static partial void Moved(ILogger logger, string run, string before, string now);

    [LoggerMessage(8, LogLevel.Information, "{Run} ends after step {Step}: best score {Score:F1} at step {BestStep}")]
    private static partial void Finished(ILogger logger, string run, int step, double score, int bestStep);

    [LoggerMessage(11, LogLevel.Information, "{Run} ends after step {Step}")]
    private static partial void Finished(ILogger logger, string run, int step);

    [LoggerMessage(12, LogLevel.Information, "{Task}: tunes {Runs} prompts beside each other, on the same batches; rungs: {Rungs}")]
    public static partial void StartedSeveral(ILogger logger, string task, int runs, string rungs);

    [LoggerMessage(13, LogLevel.Information, "{Run} is dropped after step {Step}: its best score is {Score:F1}")]
    public static partial void Dropped(ILogger logger, string run, int step, double score);

    [LoggerMessage(14, LogLevel.Information, "{Task}: the best of {Runs} prompts is {Run}, score {Score:F1}")]
    public static partial void FinishedSeveral(ILogger logger, string task, int runs, string run, double score);
}
