namespace Spot.Tuning;

/// <summary>Where a run stands, besides its parameters and their optimisers. All randomness is a function of seed and step, so there is no generator.</summary>
internal sealed class RunState
{
    /// <summary>Steps done. The batch of the next one follows from it.</summary>
    public int Step { get; set; }

    /// <summary>Where the steps were computed, from the checkpoint; null for a run that begins.</summary>
    public string? ComputedOn { get; init; }

    /// <summary>The mean loss of every step.</summary>
    public List<double> Losses { get; init; } = [];

    /// <summary>All evaluations in order.</summary>
    public List<TuningEvaluation> Evaluations { get; init; } = [];

    /// <summary>The best checkpoint: the values of each parameter; null before the first evaluation.</summary>
    public float[][]? Best { get; set; }

    /// <summary>The early checkpoint that is the task embedding; null before its step, and in model tuning.</summary>
    public float[][]? Early { get; set; }

    /// <summary>
    /// The index of the best evaluation, the earlier one of equals; −1 before the first. An undefined score is worse than any number; of two undefined
    /// ones the better has fewer undefined metrics, then the higher mean of the others: one task of a mixture must not hide how the rest does.
    /// </summary>
    public int BestIndex
    {
        get
        {
            int best = Evaluations.Count > 0 ? 0 : -1;
            for (int i = 1; i < Evaluations.Count; i++)
            {
                if (Rank(Evaluations[i]).CompareTo(Rank(Evaluations[best])) > 0)
                {
                    best = i;
                }
            }

            return best;
        }
    }

    /// <summary>The best evaluation; there is one at the end of a run.</summary>
    public TuningEvaluation BestEvaluation => Evaluations[BestIndex];

    private static (int Defined, double Score) Rank(TuningEvaluation evaluation)
    {
        double[] defined = [.. evaluation.Metrics.Values.Where(value => !double.IsNaN(value))];
        return double.IsNaN(evaluation.Score)
            ? (defined.Length - evaluation.Metrics.Count, defined.DefaultIfEmpty(double.NaN).Average())
            : (0, evaluation.Score);
    }
}
