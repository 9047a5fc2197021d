using System.Globalization;
using System.Text;
using Spot.Tokenization;

namespace Spot.Tasks;

/// <summary>A look at a task's data before money is spent on training: sizes, labels, lengths, truncation, unknown tokens, duplicates.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Splits">What each split is like.</param>
/// <param name="Overlaps">Inputs of evaluation splits that also stand in an earlier split.</param>
/// <param name="Problems">What should be looked at, in words; empty if all is well.</param>
public sealed record DataReport(
    string Task, IReadOnlyList<SplitReport> Splits, IReadOnlyList<SplitOverlap> Overlaps, IReadOnlyList<string> Problems)
{
    /// <summary>Looks at a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tokenizer">The tokenizer of the backbone that will be tuned on it.</param>
    /// <param name="options">The options of the training, for its lengths; null for the defaults.</param>
    /// <param name="cancellationToken">Checked from time to time.</param>
    /// <returns>The report.</returns>
    public static DataReport Create(
        TextTask task, T5Tokenizer tokenizer, TrainingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new TuningOptions();
        (string Name, IReadOnlyList<TextExample> Examples)[] splits = [("train", task.Train), ("validation", task.Validation), ("test", task.Test)];
        SplitReport[] reports = [.. splits.Where(split => split.Examples.Count > 0).Select(split =>
            SplitReader.Read(split.Name, split.Examples, task.Labels, tokenizer, options, cancellationToken))];
        List<SplitOverlap> overlaps = [];
        for (int later = 1; later < splits.Length; later++)
        {
            for (int earlier = 0; earlier < later; earlier++)
            {
                HashSet<string> seen = new(splits[earlier].Examples.Select(example => example.Input), StringComparer.Ordinal);
                int shared = splits[later].Examples.Count(example => seen.Contains(example.Input));
                if (shared > 0)
                {
                    overlaps.Add(new SplitOverlap(splits[earlier].Name, splits[later].Name, shared));
                }
            }
        }

        return new DataReport(task.Name, reports, overlaps, [.. DataProblems.Of(reports, overlaps, options)]);
    }

    /// <summary>The report as a table of plain text.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        CultureInfo invariant = CultureInfo.InvariantCulture;
        text.AppendLine(invariant, $"{Task}");
        text.AppendLine("split        rows  input tokens: median  90 %  99 %  longest   cut   target: longest   cut  unknown  duplicates");
        foreach (SplitReport split in Splits)
        {
            text.AppendLine(
                invariant,
                $"{split.Name,-10}{split.Rows,7}{split.Inputs.Median,22}{split.Inputs.P90,6}{split.Inputs.P99,6}{split.Inputs.Longest,9}{100 * split.Inputs.Truncated,5:F1}%{split.Targets.Longest,18}{100 * split.Targets.Truncated,5:F1}%{100 * split.Unknown,8:F2}%{split.Duplicates,12}");
        }

        foreach (SplitReport split in Splits.Where(split => split.Labels.Count > 0))
        {
            text.AppendLine(invariant, $"{split.Name} labels: {string.Join(", ", split.Labels.Select(label => $"{label.Key} {label.Value}"))}");
        }

        foreach (string problem in Problems)
        {
            text.AppendLine(invariant, $"! {problem}");
        }

        return text.ToString();
    }
}

/// <summary>Inputs that stand in two splits of a task.</summary>
/// <param name="Earlier">The earlier split.</param>
/// <param name="Later">The later split.</param>
/// <param name="Rows">Examples of the later split whose input stands in the earlier one.</param>
public sealed record SplitOverlap(string Earlier, string Later, int Rows);
