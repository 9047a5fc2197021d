namespace Spot.Studies;

/// <summary>Tasks as targets of a study.</summary>
public static class StudyTarget
{
    /// <summary>
    /// A target as a study judges it: by at most so many rows while it is tuned and, unless said otherwise, twice as many at the end, in a fixed random order. Without a test split the
    /// other validation rows, at least half of them, are one, so that no run is reported by the rows that chose it.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="validationRows">Validation rows; null for all.</param>
    /// <param name="trainRows">Training rows, of a fixed random order; null for all.</param>
    /// <param name="testRows">Rows at the end; null for twice as many as validation rows.</param>
    /// <returns>A task of the same name.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static TextTask Of(TextTask task, int? validationRows = null, int? trainRows = null, int? testRows = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(validationRows ?? 1, 1, nameof(validationRows));
        ArgumentOutOfRangeException.ThrowIfLessThan(trainRows ?? 1, 1, nameof(trainRows));
        ArgumentOutOfRangeException.ThrowIfLessThan(testRows ?? 1, 1, nameof(testRows));
        TextExample[] train = [.. task.Train];
        if (trainRows < train.Length)
        {
            new Random(0).Shuffle(train);
            train = train[..trainRows.Value];
        }

        int rows = validationRows ?? int.MaxValue / 2;
        TextExample[] validation = [.. task.Validation], test = [.. task.Test];
        Random random = new(0);
        random.Shuffle(validation);
        random.Shuffle(test);
        if (test.Length == 0 && validation.Length > 1)
        {
            int chosenBy = Math.Min(rows, validation.Length / 2);
            (validation, test) = (validation[..chosenBy], validation[chosenBy..]);
        }

        return new TextTask(task.Name, task.Labels, train, [.. validation.Take(rows)], [.. test.Take(testRows ?? 2 * rows)], task.Family, task.Metrics);
    }
}
