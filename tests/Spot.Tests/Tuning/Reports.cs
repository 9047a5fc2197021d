namespace Spot.Tests.Tuning;

/// <summary>Keeps what a run reports.</summary>
internal sealed class Reports(Action<TuningProgress>? then = null) : IProgress<TuningProgress>
{
    public List<TuningProgress> All { get; } = [];

    public IEnumerable<TuningProgress> Milestones => All.Where(report => report.IsMilestone);

    public void Report(TuningProgress value)
    {
        All.Add(value);
        then?.Invoke(value);
    }
}
