using System.Globalization;
using System.Text;

namespace Spot;

/// <summary>How often each label was answered by each: rows are what was right, columns what was answered.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts; // [labels, labels + 1], the last column for answers that are no label

    /// <summary>Counts predictions.</summary>
    /// <param name="labels">The task's labels, at least one.</param>
    /// <param name="predictions">What was answered. An example whose target is none of the labels is left out.</param>
    /// <exception cref="ArgumentException">There is no label, or a prediction has a label beyond them.</exception>
    public ConfusionMatrix(IReadOnlyList<string> labels, IEnumerable<TaskPrediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        if (labels.Count == 0)
        {
            throw new ArgumentException("Found no labels, expected at least one: a task of free-form answers has no confusion matrix.", nameof(labels));
        }

        Labels = [.. labels];
        _counts = new int[labels.Count, labels.Count + 1];
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        foreach ((int index, string label) in labels.Index())
        {
            places.TryAdd(label, index); // an answer counts as the first of equal labels
        }

        foreach (TaskPrediction prediction in predictions)
        {
            if (prediction.Label >= labels.Count)
            {
                throw new ArgumentException($"Found the label {prediction.Label}, expected less than the {labels.Count} labels, or -1 for none.", nameof(predictions));
            }

            if (places.TryGetValue(prediction.Example.Target, out int target))
            {
                _counts[target, prediction.Label < 0 ? labels.Count : prediction.Label]++;
            }
        }
    }

    /// <summary>The task's labels, in its order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How many examples of a label were answered by another, or by itself.</summary>
    /// <param name="target">The index of the right label.</param>
    /// <param name="answer">The index of the label that was answered.</param>
    /// <returns>At least 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public int this[int target, int answer]
    {
        get
        {
            Check(answer, nameof(answer));
            return _counts[Check(target, nameof(target)), answer];
        }
    }

    /// <summary>How many examples of a label were answered by something that is no label.</summary>
    /// <param name="target">The index of the right label.</param>
    /// <returns>At least 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public int Invalid(int target) => _counts[Check(target, nameof(target)), Labels.Count];

    /// <summary>The matrix as a table.</summary>
    /// <returns>A line a label, after one with the names of the columns; the column of invalid answers only where there are any.</returns>
    public override string ToString()
    {
        int columns = Enumerable.Range(0, Labels.Count).Any(label => Invalid(label) > 0) ? Labels.Count + 1 : Labels.Count;
        string[] heads = [.. Labels, "(invalid)"];
        int first = Math.Max("target".Length, Labels.Max(label => label.Length));
        int[] widths = [.. Enumerable.Range(0, columns).Select(column =>
            Math.Max(heads[column].Length, Enumerable.Range(0, Labels.Count).Max(row => Text(row, column).Length)))];
        StringBuilder table = new("target".PadRight(first));
        Append(column => heads[column]);
        for (int row = 0; row < Labels.Count; row++)
        {
            int target = row;
            table.Append('\n').Append(Labels[row].PadRight(first));
            Append(column => Text(target, column));
        }

        return table.ToString();

        void Append(Func<int, string> cell)
        {
            for (int column = 0; column < columns; column++)
            {
                table.Append("  ").Append(cell(column).PadLeft(widths[column]));
            }
        }

        string Text(int row, int column) => _counts[row, column].ToString(CultureInfo.InvariantCulture);
    }

    private int Check(int label, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, Labels.Count, name);
        return label;
    }
}
