namespace Spot;

/// <summary>What model tuning gives.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record ModelTuningResult
{
    /// <summary>The folder of the best checkpoint: load it with <c>T5Backbone.Load</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>Its validation score.</summary>
    public required double BestScore { get; init; }

    /// <summary>Its step.</summary>
    public required int BestStep { get; init; }

    /// <summary>All evaluations in order.</summary>
    public required IReadOnlyList<TuningEvaluation> Evaluations { get; init; }

    /// <summary>The mean loss per target token of every step, in nats.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The result in one line.</summary>
    /// <returns>For example <c>best score 93.0 at step 180 of 200, a model in 'tuned', seed 0</c>.</returns>
    public override string ToString() =>
        $"best score {ResultText.Score(BestScore)} {FormattableString.Invariant($"at step {BestStep} of {Losses.Count}, a model in '{Folder}', seed {Seed}")}";
}
