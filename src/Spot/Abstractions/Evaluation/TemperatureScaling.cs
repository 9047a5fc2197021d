namespace Spot;

/// <summary>Fits the one number that the labels' scores are divided by so that their softmax is as certain as it is right (temperature scaling, Guo et al. 2017, §4.2).</summary>
internal static class TemperatureScaling
{
    /// <summary>Fewer rows than this say too little.</summary>
    internal const int LeastRows = 20;

    private const double Largest = 1000; // a temperature beyond it, or below 1 / 1000, is none
    private const int Halvings = 60;

    /// <summary>The temperature at which the right labels are the most likely: the mean of −log softmax(score / temperature) of the right label is least.</summary>
    /// <param name="labels">The task's labels.</param>
    /// <param name="predictions">Answers by ranking. Those without probabilities, and those whose target is none of the labels, are left out.</param>
    /// <returns>
    /// 0.001 … 1,000. Null with fewer than <see cref="LeastRows"/> rows or two labels, and where no temperature is the best one: every row is right, so that
    /// smaller were always better, or the right labels score no higher than the others, so that larger were.
    /// </returns>
    /// <remarks>Dividing the logarithms of probabilities is dividing the scores: both differ by a constant for a row.</remarks>
    internal static double? Fit(IReadOnlyList<string> labels, IEnumerable<TaskPrediction> predictions)
    {
        (double[] Scores, int Right)[] rows = [.. predictions
            .Where(prediction => prediction.LabelProbabilities is { } all && all.All(double.IsFinite))
            .Select(prediction => (Scores: prediction.LabelProbabilities!.Select(p => Math.Log(Math.Max(p, double.Epsilon))).ToArray(), Right: IndexOf(labels, prediction.Example.Target)))
            .Where(row => row.Right >= 0)];
        if (labels.Count < 2 || rows.Length < LeastRows)
        {
            return null;
        }

        // In 1 / temperature the sum is convex, and its slope ascends: the root is between two values of it with different signs.
        double low = -Math.Log(Largest), high = Math.Log(Largest);
        if (Slope(rows, Math.Exp(low)) >= 0 || Slope(rows, Math.Exp(high)) <= 0)
        {
            return null;
        }

        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Slope(rows, Math.Exp(middle)) < 0 ? (middle, high) : (low, middle);
        }

        return Math.Exp(-(low + high) / 2);
    }

    private static int IndexOf(IReadOnlyList<string> labels, string target)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (string.Equals(labels[i], target, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    // The sum over rows of what is expected of the scores less the score of the right label.
    private static double Slope((double[] Scores, int Right)[] rows, double inverse)
    {
        double slope = 0;
        foreach ((double[] scores, int right) in rows)
        {
            double most = scores.Max(), sum = 0, weighted = 0;
            foreach (double score in scores)
            {
                double weight = Math.Exp(inverse * (score - most));
                sum += weight;
                weighted += weight * (score - most);
            }

            slope += (weighted / sum) + most - scores[right];
        }

        return slope;
    }
}
