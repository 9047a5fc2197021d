namespace Spot.Tasks;

/// <summary>Scores of label ids, 0 … 100, as the GLUE and SuperGLUE evaluation of T5 and SPoT computes them.</summary>
/// <remarks>
/// A prediction that is no label of the task has an id that no target has (<see cref="InvalidLabel"/>) and is never right.
/// All methods are pure and safe for concurrent calls.
/// </remarks>
public static class ClassificationMetrics
{
    /// <summary>The id of an output that is none of the task's labels.</summary>
    public const int InvalidLabel = -1;

    /// <summary>The id of a written label: the index of the first label with exactly these characters (ordinal, case-sensitive, not trimmed).</summary>
    /// <param name="text">What the model wrote.</param>
    /// <param name="labels">The task's labels in the order of their ids.</param>
    /// <returns>0 … <c>labels.Count</c> − 1, or <see cref="InvalidLabel"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static int LabelId(string text, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(labels);
        for (int i = 0; i < labels.Count; i++)
        {
            if (string.Equals(text, labels[i], StringComparison.Ordinal))
            {
                return i;
            }
        }

        return InvalidLabel;
    }

    /// <summary>The share of predictions that equal their target.</summary>
    /// <param name="targets">The right ids.</param>
    /// <param name="predictions">The predicted ids, one for each target.</param>
    /// <returns>0 … 100.</returns>
    /// <exception cref="ArgumentException">There is no example, or the lengths differ.</exception>
    public static double Accuracy(ReadOnlySpan<int> targets, ReadOnlySpan<int> predictions)
    {
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        int right = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            right += targets[i] == predictions[i] ? 1 : 0;
        }

        return 100.0 * right / targets.Length;
    }

    /// <summary>F1 of class 1 of two, where an invalid prediction counts as the wrong one of the two (MRPC, QQP, MultiRC).</summary>
    /// <param name="targets">The right ids, 0 or 1.</param>
    /// <param name="predictions">The predicted ids, one for each target; anything but 0 and 1 is invalid.</param>
    /// <returns>0 … 100; 0 when class 1 is neither there nor predicted.</returns>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or a target is neither 0 nor 1.</exception>
    public static double F1(ReadOnlySpan<int> targets, ReadOnlySpan<int> predictions)
    {
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        MetricInput.ThrowUnlessClasses(targets, 2);
        ClassCounts counts = default;
        for (int i = 0; i < targets.Length; i++)
        {
            counts.Add(targets[i] == 1, (predictions[i] is 0 or 1 ? predictions[i] : 1 - targets[i]) == 1);
        }

        return 100.0 * counts.F1;
    }

    /// <summary>The plain mean of each class's F1 (CommitmentBank). An invalid prediction is a miss for its target and a false alarm for no class.</summary>
    /// <param name="targets">The right ids, 0 … <paramref name="classes"/> − 1.</param>
    /// <param name="predictions">The predicted ids, one for each target; any other id is invalid.</param>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <returns>0 … 100; a class that never occurs counts as 0, so one class of three, all right, gives 33.3.</returns>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or a target is none of the classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    public static double MacroF1(ReadOnlySpan<int> targets, ReadOnlySpan<int> predictions, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        MetricInput.ThrowUnlessClasses(targets, classes);
        double sum = 0;
        for (int k = 0; k < classes; k++)
        {
            ClassCounts counts = default;
            for (int i = 0; i < targets.Length; i++)
            {
                counts.Add(targets[i] == k, predictions[i] == k);
            }

            sum += counts.F1;
        }

        return 100.0 * sum / classes;
    }

    /// <summary>Matthews' correlation for any number of classes, Gorodkin's R_K (CoLA). Every id that occurs is a class, an invalid one too.</summary>
    /// <param name="targets">The right ids.</param>
    /// <param name="predictions">The predicted ids, one for each target.</param>
    /// <returns>−100 … 100; 0 where it is undefined: all targets or all predictions equal, even if all are right.</returns>
    /// <exception cref="ArgumentException">There is no example, or the lengths differ.</exception>
    public static double Matthews(ReadOnlySpan<int> targets, ReadOnlySpan<int> predictions)
    {
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        Dictionary<int, (long Targets, long Predictions)> counts = [];
        long right = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            right += targets[i] == predictions[i] ? 1 : 0;
            (long t, long p) = counts.GetValueOrDefault(targets[i]);
            counts[targets[i]] = (t + 1, p);
            (t, p) = counts.GetValueOrDefault(predictions[i]);
            counts[predictions[i]] = (t, p + 1);
        }

        // n², so many pairs of examples; each sum takes away the pairs that agree by the counts alone.
        long pairs = (long)targets.Length * targets.Length;
        long covariance = right * targets.Length;
        long targetVariance = pairs;
        long predictionVariance = pairs;
        foreach ((long t, long p) in counts.Values)
        {
            covariance -= t * p;
            targetVariance -= t * t;
            predictionVariance -= p * p;
        }

        double scale = Math.Sqrt((double)targetVariance * predictionVariance);
        return scale == 0 ? 0 : 100.0 * covariance / scale;
    }
}
