using Spectre.Console;
using Spot.Studies;

namespace Spot.Cli;

/// <summary>How far tuning runs or a study are: a bar with the last score and the time left, or only remembered where nobody looks.</summary>
internal sealed class RunBar : IProgress<TuningProgress>, IProgress<StudyProgress>
{
    private readonly ProgressTask? _bar;

    /// <summary>One that shows nothing.</summary>
    public RunBar()
    {
    }

    private RunBar(ProgressTask bar) => _bar = bar;

    /// <summary>The last step that was done; null before any.</summary>
    public TuningProgress? Last { get; private set; }

    /// <summary>Shows a bar while work is done.</summary>
    public static Task<T> ShowAsync<T>(IAnsiConsole console, string name, Func<RunBar, Task<T>> work) =>
        console.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(bars => work(new RunBar(bars.AddTask(Markup.Escape(name), maxValue: 1))));

    public void Report(TuningProgress value)
    {
        Last = value;
        if (_bar is not null)
        {
            _bar.Value = ((Math.Max(0, value.Candidate - 1) * (double)value.Steps) + value.Step) / ((double)value.Steps * Math.Max(1, value.Candidates));
            if (value.IsMilestone)
            {
                _bar.Description = Markup.Escape(value.ToString());
            }
        }
    }

    public void Report(StudyProgress value)
    {
        if (_bar is not null)
        {
            _bar.Description = Markup.Escape(value.ToString());
            _bar.Value = value.Total == 0 ? 1 : (double)value.Done / value.Total;
        }
    }
}
