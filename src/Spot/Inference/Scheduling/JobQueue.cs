namespace Spot.Inference;

/// <summary>Jobs that wait to be begun, in the order in which they came. Safe for concurrent calls.</summary>
internal sealed class JobQueue(int capacity)
{
    private readonly Lock _lock = new();
    private readonly List<Job> _waiting = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether there was a place.</summary>
    public bool TryAdd(Job job)
    {
        lock (_lock)
        {
            if (_waiting.Count >= capacity)
            {
                return false;
            }

            _waiting.Add(job);
            InferenceTelemetry.Wait(1);
            return true;
        }
    }

    /// <summary>Takes one out, unless it was taken already.</summary>
    public bool Remove(Job job)
    {
        lock (_lock)
        {
            bool waited = _waiting.Remove(job);
            InferenceTelemetry.Wait(waited ? -1 : 0);
            return waited;
        }
    }

    /// <summary>Takes out those that are chosen, all at once.</summary>
    public IReadOnlyList<Job> Take(Func<IReadOnlyList<Job>, IReadOnlyCollection<Job>> choose)
    {
        lock (_lock)
        {
            HashSet<Job> chosen = [.. choose(_waiting)];
            Job[] taken = [.. _waiting.Where(chosen.Contains)];
            InferenceTelemetry.Wait(-_waiting.RemoveAll(chosen.Contains));
            return taken;
        }
    }
}
