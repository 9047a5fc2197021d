namespace Spot.Tasks;

/// <summary>Metrics of tasks where several labels may be right at once; targets and answers are labels joined with commas.</summary>
internal static class LabelSetMetrics
{
    /// <summary>The metric of a name for a set of labels; null if it is none of these.</summary>
    public static TaskMetric? Named(string name, IReadOnlyList<string> labels) => name switch
    {
        "multilabel_macro_f1" => new TaskMetric(name, (predictions, _) => MacroF1(predictions, labels)),
        "multilabel_exact_match" => new TaskMetric(name, (predictions, _) => 100.0 * predictions.Count(IsEqual) / predictions.Count),
        _ => null,
    };

    // The mean over all labels of F1 of "has this label"; 0 where a label is neither written nor right.
    private static double MacroF1(IReadOnlyList<TaskPrediction> predictions, IReadOnlyList<string> labels)
    {
        (HashSet<string> Right, HashSet<string> Found)[] sets = [.. predictions.Select(p => (Labels(p.Example.Target), Labels(p.Text)))];
        return 100 * labels.Average(label =>
        {
            int both = sets.Count(set => set.Right.Contains(label) && set.Found.Contains(label));
            int all = sets.Sum(set => (set.Right.Contains(label) ? 1 : 0) + (set.Found.Contains(label) ? 1 : 0));
            return all == 0 ? 0 : 2.0 * both / all;
        });
    }

    private static bool IsEqual(TaskPrediction prediction) => Labels(prediction.Example.Target).SetEquals(Labels(prediction.Text));

    private static HashSet<string> Labels(string text) => [.. text.Split(',').Select(label => label.Trim())];
}
