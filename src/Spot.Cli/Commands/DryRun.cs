using System.CommandLine;
using Spot.Studies;

namespace Spot.Cli;

/// <summary>What a command is going to take, from a short trial, without doing it.</summary>
internal static class DryRun
{
    /// <summary>Asks for it.</summary>
    public static Option<bool> Option() => new("--dry-run") { Description = "Do nothing but say what it would take, by a trial of a few steps: steps, time, memory" };

    /// <summary>Of one run.</summary>
    public static async Task TuneAsync(Call call, IPromptTuner tuner, TextTask task, TuningOptions options, SoftPrompt? start, CancellationToken cancellationToken)
    {
        TuningEstimate estimate = await tuner.EstimateAsync(task, options, start, cancellationToken);
        call.Result(Json(estimate, estimate.Steps), () => call.Say($"{task.Name}: {estimate}"));
        Advise(call);
    }

    /// <summary>Of a transfer, whose runs on the target are so many at most, and whose embeddings and mixtures take so many steps besides.</summary>
    public static async Task TransferAsync(Call call, IPromptTuner tuner, TextTask task, TuningOptions options, int runs, long otherSteps, CancellationToken cancellationToken)
    {
        TuningEstimate estimate = await tuner.EstimateAsync(task, options, null, cancellationToken);
        TimeSpan time = (estimate.Time * runs) + (estimate.StepTime * otherSteps);
        long steps = ((long)estimate.Steps * runs) + otherSteps;
        call.Result(
            Json(estimate, steps, time, runs),
            () => call.Say($"{task.Name}: at most {runs} {(runs == 1 ? "run" : "runs")} and {otherSteps} steps besides, {steps} steps in all, about {ResultText.Time(time)}. Each run: {estimate}"));
        Advise(call);
    }

    /// <summary>Of a study: its units' steps, at the time that a step of its first source takes.</summary>
    public static async Task StudyAsync(Call call, IPromptTuner tuner, StudyPlan plan, CancellationToken cancellationToken)
    {
        IReadOnlyList<StudyUnitInfo> units = StudyUnitInfo.Of(plan);
        TuningEstimate estimate = await tuner.EstimateAsync(plan.Sources.Count > 0 ? plan.Sources[0] : plan.SourceMixtures[0], plan.SourceOptions, null, cancellationToken);
        long steps = units.Sum(unit => unit.Steps);
        double perStep = estimate.Time.TotalSeconds / estimate.Steps; // evaluations included
        TimeSpan time = TimeSpan.FromSeconds(perStep * steps);
        call.Result(
            Json(estimate, steps, time, units.Count),
            () => call.Say($"{units.Count} units of work, {steps} steps in all, about {ResultText.Time(time)} on one device as this one{(plan.ModelTuning is null ? "" : " (steps of a whole model count like a prompt's, and take longer)")}. Its first source: {estimate}"));
        Advise(call);
    }

    private static void Advise(Call call) =>
        call.Next(Shell.Line(["spot", .. call.Parsed.Tokens.Select(token => token.Value).Where(word => word != "--dry-run")]));

    private static object Json(TuningEstimate estimate, long steps, TimeSpan? time = null, int? runs = null) => new
    {
        steps,
        seconds = (time ?? estimate.Time).TotalSeconds,
        secondsPerStep = estimate.StepTime.TotalSeconds,
        secondsPerEvaluation = estimate.EvaluationTime.TotalSeconds,
        estimate.Evaluations,
        runs,
        peakMemoryBytes = estimate.PeakMemory,
        estimate.DiskBytes,
        estimate.TrialSteps,
    };
}
