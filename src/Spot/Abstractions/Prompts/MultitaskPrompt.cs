namespace Spot;

/// <summary>
/// Prompts of several tasks that have a part in common: prompt(task) = shared ⊙ (columns of the task · rows of the task), where the second factor has a low
/// rank (Wang et al. 2023, <i>Multitask Prompt Tuning</i>, §3.1; PEFT's <c>MULTITASK_PROMPT_TUNING</c>).
/// </summary>
/// <remarks>Plain immutable data; safe to share between threads.</remarks>
public sealed class MultitaskPrompt
{
    private readonly float[] _columns, _rows;

    /// <summary>Copies the numbers.</summary>
    /// <param name="tasks">The names of the tasks, distinct, at least one.</param>
    /// <param name="shared">The part that all tasks have. // [L, d]</param>
    /// <param name="ranks">The rank of the tasks' parts, at least 1.</param>
    /// <param name="columns">// [tasks, L, ranks], row by row</param>
    /// <param name="rows">// [tasks, ranks, d], row by row</param>
    /// <exception cref="ArgumentException">There is no task, two have one name, or there are more or fewer numbers.</exception>
    public MultitaskPrompt(IReadOnlyList<string> tasks, SoftPrompt shared, int ranks, ReadOnlySpan<float> columns, ReadOnlySpan<float> rows)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(shared);
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        if (tasks.Count == 0 || tasks.Distinct(StringComparer.Ordinal).Count() < tasks.Count)
        {
            throw new ArgumentException($"Found the tasks {string.Join(", ", tasks)}, expected distinct names, at least one.", nameof(tasks));
        }

        if (columns.Length != (long)tasks.Count * shared.Length * ranks || rows.Length != (long)tasks.Count * ranks * shared.Dim)
        {
            throw new ArgumentException(
                $"Found {columns.Length} numbers of columns and {rows.Length} of rows, expected {tasks.Count} x {shared.Length} x {ranks} and {tasks.Count} x {ranks} x {shared.Dim}.", nameof(columns));
        }

        (Tasks, Shared, Ranks, _columns, _rows) = ([.. tasks], shared, ranks, columns.ToArray(), rows.ToArray());
    }

    /// <summary>The names of the tasks.</summary>
    public IReadOnlyList<string> Tasks { get; }

    /// <summary>The part that all tasks have.</summary>
    public SoftPrompt Shared { get; }

    /// <summary>The rank of the tasks' parts.</summary>
    public int Ranks { get; }

    /// <summary>The tasks' left factors. // [tasks, L, ranks], row by row</summary>
    public ReadOnlyMemory<float> Columns => _columns;

    /// <summary>The tasks' right factors. // [tasks, ranks, d], row by row</summary>
    public ReadOnlyMemory<float> Rows => _rows;

    /// <summary>A task's prompt.</summary>
    /// <param name="task">Its name.</param>
    /// <returns>The prompt, as any other of its backbone.</returns>
    /// <exception cref="ArgumentException">There is no such task, or a number of the product is not finite.</exception>
    public SoftPrompt Of(string task)
    {
        int place = Tasks.Index().Where(one => one.Item == task).Select(one => one.Index).DefaultIfEmpty(-1).First();
        return place >= 0 ? new SoftPrompt(Shared.Length, Shared.Dim, Compose(Shared.Values.Span, _columns, _rows, place, Shared.Length, Shared.Dim, Ranks), Shared.BackboneFingerprint)
            : throw new ArgumentException($"Found no task '{task}'; the tasks are {string.Join(", ", Tasks)}.", nameof(task));
    }

    /// <summary>The numbers of a task's prompt.</summary>
    internal static float[] Compose(ReadOnlySpan<float> shared, ReadOnlySpan<float> columns, ReadOnlySpan<float> rows, int task, int length, int dim, int ranks)
    {
        float[] values = new float[length * dim];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(shared[i] * Factor(columns, rows, task, i / dim, i % dim, length, dim, ranks));
        }

        return values;
    }

    /// <summary>A number of a task's factor, the product of its columns and rows.</summary>
    internal static double Factor(ReadOnlySpan<float> columns, ReadOnlySpan<float> rows, int task, int row, int column, int length, int dim, int ranks)
    {
        double factor = 0;
        for (int r = 0; r < ranks; r++)
        {
            factor += (double)columns[(((task * length) + row) * ranks) + r] * rows[(((task * ranks) + r) * dim) + column];
        }

        return factor;
    }
}
