namespace Spot;

/// <summary>A task in a mixture.</summary>
/// <param name="Task">The task.</param>
public sealed record MixtureTask(TextTask Task)
{
    /// <summary>Only the first so many training examples are used, at least 1; null for all. The rate follows from what is used.</summary>
    /// <value>null.</value>
    public int? Limit { get; init; }

    /// <summary>The weight of the task, above 0, in place of the examples-proportional one; null to compute it.</summary>
    /// <value>null.</value>
    public double? Rate { get; init; }

    /// <summary>Whether the task has a prompt of its own while a model is tuned with <see cref="ModelTuningOptions.TaskPromptLength"/>.</summary>
    /// <value>true.</value>
    public bool TaskPrompt { get; init; } = true;

    /// <summary>How many training examples are used; of a stream, whose documents nobody counted, as many as a mixture counts of a large task.</summary>
    internal int Count => Task.Stream is null ? Math.Min(Limit ?? int.MaxValue, Task.Train.Count) : Limit ?? (int)TaskMixture.DefaultCap;

    /// <summary>A whole task at its examples-proportional rate.</summary>
    /// <param name="task">The task.</param>
    public static implicit operator MixtureTask(TextTask task) => FromTextTask(task);

    /// <summary>A whole task at its examples-proportional rate.</summary>
    /// <param name="task">The task.</param>
    /// <returns>The part of a mixture.</returns>
    public static MixtureTask FromTextTask(TextTask task) => new(task);
}
