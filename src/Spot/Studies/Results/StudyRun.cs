namespace Spot.Studies;

/// <summary>What is kept of a run on a target.</summary>
/// <remarks>An undefined score (a correlation of constant answers) counts as 0 in a study: nothing was predicted.</remarks>
internal sealed record StudyRun
{
    /// <summary>The best validation score.</summary>
    public required double Score { get; init; }

    /// <summary>The test score of that prompt; null where the target has no test examples.</summary>
    public double? Test { get; init; }

    /// <summary>The step of the best checkpoint.</summary>
    public int BestStep { get; init; }

    /// <summary>Tuning steps spent, a mixture's included.</summary>
    public long Steps { get; init; }

    /// <summary>All evaluations in order, with metrics only where the best is.</summary>
    public IReadOnlyList<TuningEvaluation> Evaluations { get; init; } = [];

    /// <summary>In place of a run, the neurons that an embedding activates.</summary>
    public NeuronStates? Neurons { get; init; }

    /// <param name="score">The best validation score.</param>
    /// <param name="step">The step of the best checkpoint.</param>
    /// <param name="evaluations">All evaluations in order.</param>
    /// <param name="test">The best checkpoint's evaluation on test examples.</param>
    /// <param name="steps">Steps spent in all.</param>
    public static StudyRun Of(double score, int step, IReadOnlyList<TuningEvaluation> evaluations, PromptEvaluation? test, long steps) => new()
    {
        Score = Defined(score),
        Test = test is null ? null : Defined(test.Score),
        BestStep = step,
        Steps = steps,
        Evaluations = [.. evaluations.Select(evaluation =>
            evaluation.Step == step ? evaluation : new TuningEvaluation(evaluation.Step, evaluation.Score, evaluation.InvalidOutputRate))],
    };

    /// <param name="result">The run.</param>
    /// <param name="test">As of the other.</param>
    /// <param name="steps">As of the other.</param>
    public static StudyRun Of(TuningResult result, PromptEvaluation? test, long steps) => Of(result.BestScore, result.BestStep, result.Evaluations, test, steps);

    /// <summary>An undefined score as 0.</summary>
    public static double Defined(double score) => double.IsNaN(score) ? 0 : score;
}
