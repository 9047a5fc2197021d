namespace Spot;

/// <summary>What tuning prompts with a part in common gives.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record MultitaskTuningResult
{
    /// <summary>The prompts of the checkpoint with the best validation score, the mean over the tasks; the earlier one of equals.</summary>
    public required MultitaskPrompt Best { get; init; }

    /// <summary>Its validation score, 0 … 100; NaN where it is undefined.</summary>
    public required double BestScore { get; init; }

    /// <summary>Its step.</summary>
    public required int BestStep { get; init; }

    /// <summary>The prompts after the last step.</summary>
    public required MultitaskPrompt Final { get; init; }

    /// <summary>All evaluations in order; metrics by task and name where there are several tasks.</summary>
    public required IReadOnlyList<TuningEvaluation> Evaluations { get; init; }

    /// <summary>The mean loss per target token of every step, in nats.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The result in one line.</summary>
    /// <returns>For example <c>best score 93.0 at step 180 of 200, prompts of 10 x 256 of 3 tasks, rank 1, seed 0</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"best score {ResultText.Score(BestScore)} at step {BestStep} of {Losses.Count}, prompts of {Best.Shared.Length} x {Best.Shared.Dim} of {ResultText.Count(Best.Tasks.Count, "task")}, rank {Best.Ranks}, seed {Seed}");
}
