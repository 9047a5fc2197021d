namespace Spot.Tasks;

/// <summary>The majority vote of several prompts on one example (prompt tuning, Lester et al. 2021, §6).</summary>
/// <remarks>
/// The most frequent answer wins, compared character by character; of equally frequent ones that of the earliest prompt. An answer that is no label
/// wins only where no prompt wrote a label. All methods are pure and safe for concurrent calls.
/// </remarks>
public static class PromptEnsemble
{
    /// <summary>The answer that wins.</summary>
    /// <param name="answers">The answer of each prompt, at least one.</param>
    /// <param name="labels">The task's labels; empty for free-form answers, of which each counts.</param>
    /// <returns>One of the answers.</returns>
    /// <exception cref="ArgumentException">There is no answer.</exception>
    public static string Vote(IReadOnlyList<string> answers, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(labels);
        return answers[Winner(answers, [.. answers.Select(answer => ClassificationMetrics.LabelId(answer, labels))])];
    }

    /// <summary>The prediction that wins.</summary>
    /// <param name="predictions">The prediction of each prompt for one example, at least one.</param>
    /// <returns>The earliest one with the winning answer.</returns>
    /// <exception cref="ArgumentException">There is no prediction.</exception>
    public static TaskPrediction Vote(IReadOnlyList<TaskPrediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return predictions[Winner([.. predictions.Select(prediction => prediction.Text)], [.. predictions.Select(prediction => prediction.Label)])];
    }

    private static int Winner(IReadOnlyList<string> answers, int[] labels)
    {
        if (answers.Count == 0)
        {
            throw new ArgumentException("Found no answer to vote on, expected that of at least one prompt.", nameof(answers));
        }

        bool anyLabel = labels.Any(label => label >= 0);
        int[] voters = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] >= 0 || !anyLabel)];
        return voters.MaxBy(i => voters.Count(other => string.Equals(answers[other], answers[i], StringComparison.Ordinal))); // of equals the first
    }
}
