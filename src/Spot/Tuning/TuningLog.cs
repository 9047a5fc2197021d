using Microsoft.Extensions.Logging;

namespace Spot.Tuning;

/// <summary>The log messages of a run.</summary>
internal static partial class TuningLog
{
    [LoggerMessage(1, LogLevel.Information, "Tuning a {Kind} on {Task}: {Steps} steps of {BatchSize} examples, seed {Seed}")]
    public static partial void Started(ILogger logger, string kind, string task, int steps, int batchSize, long seed);

    [LoggerMessage(2, LogLevel.Information, "{Task} goes on from the checkpoint of step {Step}")]
    public static partial void Resumed(ILogger logger, string task, int step);

    [LoggerMessage(3, LogLevel.Information, "{Task} step {Step}: score {Score:F1}, illegal outputs {IllegalOutputs:P0}")]
    public static partial void Evaluated(ILogger logger, string task, int step, double score, double illegalOutputs);

    [LoggerMessage(4, LogLevel.Information, "{Task} stops early at step {Step}: no evaluation since step {BestStep} was better")]
    public static partial void StoppedEarly(ILogger logger, string task, int step, int bestStep);

    [LoggerMessage(5, LogLevel.Error, "{Task} diverged at step {Step}: loss {Loss}, gradient norm {GradientNorm}")]
    public static partial void Diverged(ILogger logger, string task, int step, double loss, double gradientNorm);

    [LoggerMessage(6, LogLevel.Warning, "{Task}: {Problem}")]
    public static partial void UnusualRecipe(ILogger logger, string task, string problem);

    [LoggerMessage(7, LogLevel.Warning, "{Task} was computed on {Before} and goes on on {Now}: its last digits will not be those of an uninterrupted run")]
    public static partial void Moved(ILogger logger, string task, string before, string now);

    [LoggerMessage(8, LogLevel.Information, "{Task} ends after step {Step}: best score {Score:F1} at step {BestStep}")]
    public static partial void Finished(ILogger logger, string task, int step, double score, int bestStep);
}
