using System.Globalization;

namespace Spot.Studies;

/// <summary>Where a study's shard stands.</summary>
/// <param name="Unit">
/// The unit of work under way, for example <c>transfer.mnli.0.cb.1</c>: from the prompt of seed 0 on <c>mnli</c> to <c>cb</c> with seed 1. Empty in the
/// first report, which says what is to be done.
/// </param>
/// <param name="Done">Units of the shard that are done.</param>
/// <param name="Total">Units of the shard.</param>
/// <param name="Run">Where the unit's run stands; null between runs.</param>
/// <param name="Elapsed">Time since this process began with the study.</param>
/// <param name="Remaining">An estimate of the shard's time left, from the time that its tuning steps took so far; null before the first.</param>
public readonly record struct StudyProgress(string Unit, int Done, int Total, TuningProgress? Run, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>Units of the shard that were done before this process began: above 0 where a study goes on.</summary>
    public int DoneBefore { get; init; }

    /// <summary>Tuning steps of the shard's units that are not done yet.</summary>
    public long StepsLeft { get; init; }

    /// <summary>The state as a line of text.</summary>
    /// <returns>At first what is to be done (<c>begins: 54 units to do, 2000 tuning steps</c>), then for example <c>31/54 transfer.mnli.0.cb.1 step 20/40, about 1 h 05 min left</c>.</returns>
    public override string ToString()
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        if (string.IsNullOrEmpty(Unit))
        {
            string before = DoneBefore > 0 ? string.Create(plain, $"goes on: {DoneBefore} of {Total} units were done before, ") : "begins: ";
            return string.Create(plain, $"{before}{Total - Done} units to do, {StepsLeft} tuning steps");
        }

        string step = Run is { } run ? string.Create(plain, $" step {run.Step}/{run.Steps}") : "";
        return string.Create(plain, $"{Done}/{Total} {Unit}{step}{(Remaining is { } left ? $", about {Text(left)} left" : "")}");
    }

    private static string Text(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
    };
}
