using System.Globalization;

namespace Spot.Tasks;

/// <summary>What a person should look at before training.</summary>
internal static class DataProblems
{
    private const double MuchCut = 0.05;
    private const double MuchUnknown = 0.01;

    public static IEnumerable<string> Of(IReadOnlyList<SplitReport> splits, IReadOnlyList<SplitOverlap> overlaps, TrainingOptions options)
    {
        foreach ((string odd, string usual, string difference) in splits.Where(split => split.Name == "train").SelectMany(train => NearLabels.Find(train.Labels)))
        {
            yield return $"The labels '{odd}' and '{usual}' differ {difference}: are they one?";
        }

        foreach (SplitReport split in splits)
        {
            foreach (KeyValuePair<string, int> label in split.Labels.Where(label => label.Value == 0))
            {
                yield return $"{split.Name} has no example of the label '{label.Key}'.";
            }

            if (split.Inputs.Truncated > MuchCut)
            {
                yield return Say($"{100 * split.Inputs.Truncated:F1} % of the inputs of {split.Name} are cut at {options.MaxInputLength} tokens; the longest has {split.Inputs.Longest}. Raise MaxInputLength, or put what matters first.");
            }

            if (split.Targets.Truncated > 0)
            {
                yield return Say($"{100 * split.Targets.Truncated:F1} % of the targets of {split.Name} are cut at {options.MaxTargetLength} tokens; the longest has {split.Targets.Longest}. Raise MaxTargetLength.");
            }

            if (split.Unknown > MuchUnknown)
            {
                yield return Say($"{100 * split.Unknown:F1} % of the tokens of {split.Name} are unknown to the vocabulary: does the model know this language?");
            }

            if (split.Contradictions > 0)
            {
                yield return $"{split.Contradictions} examples of {split.Name} have the input of an earlier one and another target.";
            }
        }

        foreach (SplitOverlap overlap in overlaps)
        {
            yield return $"{overlap.Rows} examples of {overlap.Later} have an input that is also in {overlap.Earlier}: scores on {overlap.Later} flatter.";
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
