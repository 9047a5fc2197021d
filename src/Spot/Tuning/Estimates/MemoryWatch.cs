namespace Spot.Tuning;

/// <summary>Watches how much memory the process has in use, from its start until it is disposed of.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;
    private long _peak = Environment.WorkingSet;

    public MemoryWatch()
    {
        _thread = new Thread(Watch) { IsBackground = true, Name = "Spot memory" };
        _thread.Start();
    }

    /// <summary>The largest working set that was seen, in bytes.</summary>
    public long Peak => Volatile.Read(ref _peak);

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Watch()
    {
        do
        {
            Volatile.Write(ref _peak, Math.Max(_peak, Environment.WorkingSet));
        }
        while (!_end.Wait(Interval));
    }
}
