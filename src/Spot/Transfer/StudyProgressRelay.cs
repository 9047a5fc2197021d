using System.Diagnostics;

namespace Spot.Transfer;

/// <summary>Counts what a shard has done and estimates the rest from the tuning steps that it took.</summary>
internal sealed class StudyProgressRelay(StudyPlan plan, IProgress<StudyProgress>? progress, int done, int total, long stepsLeft) : IProgress<TuningProgress>
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private string _unit = "";
    private long _stepsDone, _unitSteps, _stepsLeft = stepsLeft;
    private int _done = done;

    /// <summary>A unit begins.</summary>
    public void Begin(string unit)
    {
        (_unit, _unitSteps) = (unit, 0);
        Report(null);
    }

    /// <summary>The unit is done.</summary>
    public void End(StudyUnit unit)
    {
        _done++;
        _stepsDone += unit.Steps(plan);
        _stepsLeft -= unit.Steps(plan);
        _unitSteps = 0;
        Report(null);
    }

    /// <summary>A step of the unit's run is done, or a run begins.</summary>
    public void Report(TuningProgress value)
    {
        _unitSteps += value.IsStart ? 0 : 1;
        Report((TuningProgress?)value);
    }

    private void Report(TuningProgress? run)
    {
        long taken = _stepsDone + _unitSteps;
        TimeSpan? remaining = taken == 0 ? null : _watch.Elapsed / taken * Math.Max(0, _stepsLeft - _unitSteps);
        progress?.Report(new StudyProgress(_unit, _done, total, run, _watch.Elapsed, remaining));
    }
}
