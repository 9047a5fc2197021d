namespace Spot.Inference;

/// <summary>Scores targets.</summary>
internal abstract class ScoringJob<T>(EncoderInput input, int[][] targets) : Job<T>(input), IScoringJob
{
    private readonly double[] _scores = new double[targets.Length];
    private int _left = targets.Length;

    public int[][] Targets => targets;

    public void Set(int target, double logProbability)
    {
        _scores[target] = logProbability;
        if (double.IsNaN(logProbability))
        {
            Fail(Logits.NotNumbers());
        }
        else if (--_left == 0 && !IsOver)
        {
            Answer(From(_scores));
        }
    }

    /// <summary>The answer from the log-probabilities of the targets.</summary>
    protected abstract T From(double[] scores);
}

/// <summary>What the scorer sees of it.</summary>
internal interface IScoringJob
{
    /// <summary>The targets' ids with end of sequence.</summary>
    int[][] Targets { get; }

    /// <inheritdoc cref="Job.IsOver"/>
    bool IsOver { get; }

    /// <summary>Takes the log-probability of a target; with the last one it is answered.</summary>
    void Set(int target, double logProbability);

    /// <inheritdoc cref="Job.Fail"/>
    void Fail(Exception exception);
}

/// <summary>Tells how likely each target is.</summary>
internal sealed class TargetsJob(EncoderInput input, string[] texts, int[][] targets) : ScoringJob<ScoringResult>(input, targets)
{
    public override string Kind => InferenceTelemetry.Score;

    protected override ScoringResult From(double[] scores) =>
        new([.. scores.Select((score, i) => new TargetScore(texts[i], score, Targets[i].Length))], Input.Ids.Length, Input.CutTokens);
}

/// <summary>Chooses a label.</summary>
internal sealed class LabelsJob(EncoderInput input, string[] labels, int[][] targets, ClassificationOptions options, bool perToken)
    : ScoringJob<ClassificationResult>(input, targets)
{
    public override string Kind => InferenceTelemetry.Classify;

    protected override ClassificationResult From(double[] scores)
    {
        double[] compared = [.. scores.Select((score, i) => score / (perToken ? Targets[i].Length : 1) / (options.Temperature ?? 1))];
        double[] probabilities = LabelSet.Probabilities(compared);
        LabelScore[] all = [.. scores.Select((score, i) => new LabelScore(labels[i], probabilities[i], score, Targets[i].Length))];
        LabelScore best = all.MaxBy(label => label.LabelSetProbability)!;
        return new ClassificationResult(best.LabelSetProbability >= options.AbstainBelow ? best.Label : null, all, Input.Ids.Length, Input.CutTokens);
    }
}
