namespace Spot.Backbone;

/// <summary>
/// Phases of work, each cut into pieces that libtorch's number of threads take from a common heap: the caller, and helpers from the thread pool as they
/// come. A phase begins when all pieces of the one before are done.
/// </summary>
/// <remarks>Between two phases threads spin, since a phase lasts microseconds. A helper that never comes costs nothing but its help.</remarks>
internal sealed class KernelTeam
{
    private const int Apart = 32; // counters on cache lines of their own
    private readonly int[] _pieces;
    private readonly int[] _taken;
    private readonly int[] _done;
    private readonly Action<int, int> _work;
    private Exception? _failure;

    private KernelTeam(int[] pieces, Action<int, int> work)
    {
        _pieces = pieces;
        _taken = new int[pieces.Length * Apart];
        _done = new int[pieces.Length * Apart];
        _work = work;
    }

    /// <summary>Does all phases.</summary>
    /// <param name="pieces">The number of pieces of each phase.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <param name="work">Called with phase and piece.</param>
    public static void Run(int[] pieces, int threads, Action<int, int> work)
    {
        KernelTeam team = new(pieces, work);
        for (int helper = 1; helper < threads; helper++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static team => team.Work(), team, preferLocal: false);
        }

        team.Work();
        if (team._failure is { } failure)
        {
            throw new InvalidOperationException("A kernel failed.", failure);
        }
    }

    private void Work()
    {
        for (int phase = 0; phase < _pieces.Length; phase++)
        {
            int pieces = _pieces[phase], at = phase * Apart;
            for (int piece = Interlocked.Increment(ref _taken[at]) - 1; piece < pieces; piece = Interlocked.Increment(ref _taken[at]) - 1)
            {
                Do(phase, piece);
                Interlocked.Increment(ref _done[at]);
            }

            SpinWait spin = default;
            while (Volatile.Read(ref _done[at]) < pieces)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private void Do(int phase, int piece)
    {
        try
        {
            if (_failure is null)
            {
                _work(phase, piece);
            }
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }
}
