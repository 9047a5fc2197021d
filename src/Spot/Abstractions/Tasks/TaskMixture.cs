using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Spot;

/// <summary>One or more tasks to tune on together. A <see cref="TextTask"/> is a mixture of itself.</summary>
/// <remarks>
/// Each task is drawn in proportion to min(examples, <see cref="Cap"/>)^(1 / <see cref="Temperature"/>), as SPoT and T5 mix tasks (seqio's
/// <c>mixing_rate_num_examples</c>). Immutable; safe to share between threads.
/// </remarks>
public sealed class TaskMixture
{
    /// <summary>The cap of SPoT and T5: 2^19 = 524,288 examples.</summary>
    public const long DefaultCap = 1L << 19;

    private readonly Lazy<string> _fingerprint;

    /// <summary>Mixes tasks.</summary>
    /// <param name="name">The mixture's name, for example <c>glue</c>.</param>
    /// <param name="tasks">The tasks, at least one, with distinct names.</param>
    /// <param name="temperature">Above 0: 1 is proportional to the number of examples, larger ones are closer to equal shares.</param>
    /// <param name="cap">A task counts at most this many examples, at least 1.</param>
    /// <exception cref="ArgumentException">The name is empty, there is no task, two have one name, or a limit or rate is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> or <paramref name="cap"/> is out of range.</exception>
    public TaskMixture(string name, IReadOnlyList<MixtureTask> tasks, double temperature = 1, long cap = DefaultCap)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, 1);
        if (!(temperature > 0 && double.IsFinite(temperature)))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The temperature of a mixture must be above 0: 1 is proportional to the examples.");
        }

        Name = name;
        Tasks = [.. tasks];
        Temperature = temperature;
        Cap = cap;
        CheckTasks();
        double[] weights = [.. Tasks.Select(task => task.Rate ?? Math.Pow(Math.Min(task.Count, cap), 1 / temperature))];
        double sum = weights.Sum();
        Rates = [.. weights.Select(weight => weight / sum)];
        Labels = [.. Tasks.SelectMany(task => task.Task.Labels).Distinct(StringComparer.Ordinal)];
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>The mixture's name.</summary>
    public string Name { get; }

    /// <summary>The tasks.</summary>
    public IReadOnlyList<MixtureTask> Tasks { get; }

    /// <summary>The family of all tasks; null where they differ or say none.</summary>
    public string? Family => Tasks.All(task => task.Task.Family == Tasks[0].Task.Family) ? Tasks[0].Task.Family : null;

    /// <summary>How strongly large tasks dominate.</summary>
    public double Temperature { get; }

    /// <summary>The most examples that a task counts.</summary>
    public long Cap { get; }

    /// <summary>The share of each task in the training examples; they sum to 1.</summary>
    public IReadOnlyList<double> Rates { get; }

    /// <summary>The labels of all tasks, each once, in the order of the tasks.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>SHA-256 (hex, lower case) over the name, the tasks' fingerprints, limits and rates; of a single whole task its own fingerprint.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>A task as a mixture of itself.</summary>
    /// <param name="task">The task.</param>
    public static implicit operator TaskMixture(TextTask task) => FromTextTask(task);

    /// <summary>A task as a mixture of itself.</summary>
    /// <param name="task">The task.</param>
    /// <returns>The mixture, of the task's name.</returns>
    public static TaskMixture FromTextTask(TextTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new TaskMixture(task.Name, [new MixtureTask(task)]);
    }

    private void CheckTasks()
    {
        if (Tasks.Count == 0)
        {
            throw new ArgumentException($"The mixture '{Name}' has no tasks; at least one is needed.");
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (MixtureTask task in Tasks)
        {
            if (!names.Add(task.Task.Name))
            {
                throw new ArgumentException($"The mixture '{Name}' has two tasks named '{task.Task.Name}'; names must be distinct.");
            }

            if (task.Limit < 1)
            {
                throw new ArgumentException($"The mixture '{Name}': the limit of '{task.Task.Name}' is {task.Limit}; it must be at least 1.");
            }

            if (task.Rate is { } rate && !(rate > 0 && double.IsFinite(rate)))
            {
                throw new ArgumentException(
                    $"The mixture '{Name}': the rate of '{task.Task.Name}' is {rate.ToString(CultureInfo.InvariantCulture)}; it must be above 0.");
            }
        }
    }

    private string ComputeFingerprint()
    {
        if (Tasks is [{ Limit: null } single] && single.Task.Name == Name)
        {
            return single.Task.Fingerprint;
        }

        StringBuilder text = new();
        text.Append(Name).Append('\n');
        for (int i = 0; i < Tasks.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Tasks[i].Task.Fingerprint} {Tasks[i].Count} {Rates[i]:R}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
