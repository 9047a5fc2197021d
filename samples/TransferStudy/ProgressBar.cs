using System.Globalization;
using Spectre.Console;
using Spot.Transfer;

namespace Spot.Samples.TransferStudy;

/// <summary>A line that says which run is under way, how far the shard is and how long it will take.</summary>
internal sealed class ProgressBar : IProgress<StudyProgress>
{
    private readonly ProgressTask _bar;

    private ProgressBar(ProgressTask bar) => _bar = bar;

    /// <summary>Shows it while work is done.</summary>
    public static Task<StudyStatus> ShowAsync(StudyShard shard, Func<ProgressBar, Task<StudyStatus>> work) =>
        AnsiConsole.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(bars => work(new ProgressBar(bars.AddTask($"shard {shard}", maxValue: 1))));

    public void Report(StudyProgress value)
    {
        string left = value.Remaining is { } remaining ? $", about {Time(remaining)} left" : "";
        string step = value.Run is { } run ? string.Create(CultureInfo.InvariantCulture, $" {run.Step}/{run.Steps}") : "";
        _bar.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{value.Done}/{value.Total}{left}: {value.Unit}{step}"));
        _bar.Value = value.Total == 0 ? 1 : (double)value.Done / value.Total;
    }

    private static string Time(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
    };
}
