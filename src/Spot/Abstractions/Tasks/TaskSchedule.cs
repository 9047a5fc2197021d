namespace Spot;

/// <summary>Interleaves tasks in proportion to their rates, without chance, so that every stretch of draws is close to the rates.</summary>
/// <remarks>
/// The next draw goes to the task with the least (draws so far + ½) / rate, the earlier one of equals. (As votes are turned into seats by
/// Sainte-Laguë's method: where rate × draws is a whole number for every task, each has exactly its share.)
/// </remarks>
internal sealed class TaskSchedule
{
    private readonly double[] _rates;
    private readonly double[] _due;
    private readonly long[] _counts;

    /// <param name="rates">The shares, each at least 0.</param>
    public TaskSchedule(IReadOnlyList<double> rates)
    {
        _rates = [.. rates];
        _due = new double[_rates.Length];
        _counts = new long[_rates.Length];
        Restart();
    }

    /// <summary>Goes back to the first draw.</summary>
    public void Restart()
    {
        for (int task = 0; task < _rates.Length; task++)
        {
            _counts[task] = 0;
            _due[task] = 0.5 / _rates[task];
        }
    }

    /// <summary>Makes the next draw.</summary>
    /// <param name="number">How often the task was drawn before.</param>
    /// <returns>The task.</returns>
    public int Next(out long number)
    {
        ReadOnlySpan<double> due = _due;
        int task = 0;
        for (int i = 1; i < due.Length; i++)
        {
            if (due[i] < due[task])
            {
                task = i;
            }
        }

        number = _counts[task]++;
        _due[task] = (_counts[task] + 0.5) / _rates[task]; // From the count, not summed up: no rounding gathers.
        return task;
    }
}
