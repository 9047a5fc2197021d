namespace Spot;

/// <summary>What a tuning run gives.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record TuningResult
{
    /// <summary>The prompt of the checkpoint with the best validation score; the earlier one of equals.</summary>
    public required SoftPrompt Best { get; init; }

    /// <summary>Its validation score, 0 … 100; NaN where the score is undefined, or the run diverged before its first evaluation.</summary>
    public required double BestScore { get; init; }

    /// <summary>Its step.</summary>
    public required int BestStep { get; init; }

    /// <summary>The prompt after the last step.</summary>
    public required SoftPrompt Final { get; init; }

    /// <summary>The early checkpoint that serves as task embedding; null when the run ended before that step.</summary>
    public TaskEmbedding? Embedding { get; init; }

    /// <summary>All evaluations in order.</summary>
    public required IReadOnlyList<TuningEvaluation> Evaluations { get; init; }

    /// <summary>The mean loss per target token of every step, in nats.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The options of the run by name, numbers in invariant form; empty where they are not known.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Why the run ended before its time, where it diverged; null otherwise. All else is what it gave until then.</summary>
    public TuningDivergedException? Divergence { get; init; }

    /// <summary>The name of the backbone, if known.</summary>
    public string? BackboneName { get; init; }

    /// <summary>The result in one line.</summary>
    /// <returns>For example <c>best score 93.0 at step 180 of 200, a prompt of 10 x 256, seed 0</c>.</returns>
    public override string ToString()
    {
        string ended = Divergence is null ? "" : FormattableString.Invariant($", diverged at step {Divergence.Step}");
        string place = FormattableString.Invariant($"at step {BestStep} of {Losses.Count}, a prompt of {Best.Length} x {Best.Dim}, seed {Seed}");
        return $"best score {ResultText.Score(BestScore)} {place}{ended}";
    }
}
