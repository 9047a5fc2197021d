using Spectre.Console;

namespace Spot.Samples.Quickstart;

/// <summary>A progress bar that counts tuning steps.</summary>
internal sealed class StepBar : IProgress<TuningProgress>, IDisposable
{
    private readonly ProgressTask _bar;
    private readonly string _name;

    public StepBar(ProgressContext bars, string name, int steps)
    {
        _name = name;
        _bar = bars.AddTask(name, maxValue: steps);
    }

    public void Report(TuningProgress value)
    {
        _bar.Increment(1);
        if (value.Evaluation is { } evaluation)
        {
            _bar.Description = FormattableString.Invariant($"{_name} [dim](accuracy {evaluation.Score:F0})[/]");
        }
    }

    public void Dispose() => _bar.StopTask();
}
