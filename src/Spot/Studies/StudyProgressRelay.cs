using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Spot.Studies;

/// <summary>Says what a shard is going to do, counts what it has done and estimates the rest from the tuning steps that it took.</summary>
internal sealed class StudyProgressRelay(StudyPlan plan, IProgress<StudyProgress>? progress, ILogger logger, int done, int total, long stepsLeft) : IProgress<TuningProgress>
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private string _unit = "";
    private long _taken, _unitSteps, _stepsLeft = stepsLeft;
    private int _doneHere;

    /// <summary>Says what is to be done.</summary>
    public void Start() => Report(null);

    /// <summary>A unit begins.</summary>
    public void Begin(string unit)
    {
        (_unit, _unitSteps) = (unit, 0);
        Report(null);
    }

    /// <summary>The unit is done.</summary>
    public void End(StudyUnit unit)
    {
        _doneHere++;
        _stepsLeft -= unit.Steps(plan);
        _unitSteps = 0;
        Report(null);
        StudyLog.Done(logger, done + _doneHere, total, _unit, Remaining() is { } left ? TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)) : null);
    }

    /// <summary>A step of the unit's run is done, or a run begins.</summary>
    public void Report(TuningProgress value)
    {
        int steps = value.IsStart ? 0 : 1;
        _unitSteps += steps;
        _taken += steps;
        Report((TuningProgress?)value);
    }

    // By the steps that were taken: a run that goes on from its checkpoint takes fewer than its unit has.
    private TimeSpan? Remaining() => _taken == 0 ? null : _watch.Elapsed / _taken * Math.Max(0, _stepsLeft - _unitSteps);

    private void Report(TuningProgress? run) => progress?.Report(new StudyProgress(_unit, done + _doneHere, total, run, _watch.Elapsed, Remaining())
    {
        DoneBefore = done,
        StepsLeft = Math.Max(0, _stepsLeft - _unitSteps),
    });
}
