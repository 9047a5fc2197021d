namespace Spot.Tasks;

/// <summary>How <see cref="TaskRegistry"/> and <see cref="TaskFolder"/> read a task.</summary>
public sealed class TaskLoadOptions
{
    /// <summary>Whether inputs begin with the task's name, as SPoT's tasks do; prompt tuning alone (Lester et al. 2021) leaves it out.</summary>
    public bool Prefix { get; set; } = true;

    /// <summary>Which of several formats a task of <see cref="TaskRegistry"/> is written in; tasks without another one stay as they are.</summary>
    public TaskStyle Style { get; set; }

    /// <summary>How the data files are read; null for what their names say.</summary>
    public DataFileOptions? Files { get; set; }

    /// <summary>Whether rows with an empty input or target, which some public data sets have, are left out; else they are an error.</summary>
    public bool SkipEmptyRows { get; set; }

    /// <summary>The most rows that are read of each split, in file order; null for all.</summary>
    public int? MaxRows { get; set; }

    /// <summary>A copy of the options, or of the defaults.</summary>
    internal static TaskLoadOptions CopyOf(TaskLoadOptions? options)
    {
        TaskLoadOptions copy = (TaskLoadOptions?)options?.MemberwiseClone() ?? new TaskLoadOptions();
        copy.Files = copy.Files?.Clone();
        return copy;
    }
}
