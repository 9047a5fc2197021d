namespace Spot.Tuning;

/// <summary>
/// Decides which steps of a run, or of several beside each other, are worth a line: the third, with the first estimate of the time left, and then one
/// every <see cref="Interval"/>.
/// </summary>
internal sealed class Milestones(TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private const int FirstSteps = 3;
    private long _last = time.GetTimestamp();
    private bool _estimated;

    /// <summary>What the runs' times are taken by.</summary>
    public TimeProvider Time => time;

    /// <summary>Whether a report is worth a line.</summary>
    /// <param name="steps">Steps that its run did since it began or went on.</param>
    /// <param name="always">Whether it is one in any case.</param>
    public bool Pass(int steps, bool always)
    {
        bool estimate = !_estimated && steps >= FirstSteps;
        if (!always && !estimate && time.GetElapsedTime(_last) < Interval)
        {
            return false;
        }

        _estimated |= estimate;
        _last = time.GetTimestamp();
        return true;
    }
}
