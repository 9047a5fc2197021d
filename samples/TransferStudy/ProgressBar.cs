using Spectre.Console;
using Spot.Studies;
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
        if (value.Unit.Length == 0)
        {
            AnsiConsole.MarkupLineInterpolated($"The study {value}");
        }

        _bar.Description = Markup.Escape(value.ToString());
        _bar.Value = value.Total == 0 ? 1 : (double)value.Done / value.Total;
    }
}
