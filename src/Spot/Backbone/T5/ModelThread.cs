namespace Spot.Backbone;

/// <summary>
/// The one thread on which a backbone computes. It takes pieces of work in the order in which they come, so that runs, evaluations and requests that
/// each ask for one piece at a time take turns.
/// </summary>
/// <remarks>
/// One thread, since the C library and OpenMP keep memory and workers for every thread that ever computed. It starts with the first piece.
/// Safe for concurrent calls.
/// </remarks>
/// <param name="name">The backbone's name, for errors.</param>
/// <param name="rest">
/// Done once on the thread when nothing was asked for <paramref name="restAfter"/>; null to give free memory back to the system, so that what a burst
/// of large calls needed is not held until the next.
/// </param>
/// <param name="restAfter">Null for two seconds.</param>
internal sealed class ModelThread(string name, Action? rest = null, TimeSpan? restAfter = null)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);
    private readonly object _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<Piece> _waiting = [];
    private Thread? _thread;
    private bool _closed, _rested = true;

    /// <summary>Whether the caller is on this thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Computes a piece when its turn comes, and waits for it; at once if the caller is on this thread.</summary>
    /// <param name="work">The piece. It opens and closes its own dispose scope.</param>
    /// <exception cref="ObjectDisposedException">The thread has ended; the piece was not begun.</exception>
    public T Run<T>(Func<T> work) => IsCurrent ? work() : RunAsync(work).GetAwaiter().GetResult();

    /// <summary>Computes a piece when its turn comes.</summary>
    /// <param name="work">As for <see cref="Run"/>.</param>
    /// <exception cref="ObjectDisposedException">The thread has ended; the piece was not begun.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        Piece<T> piece = new(work);
        lock (_lock)
        {
            if (_closed)
            {
                throw Disposed();
            }

            Enqueue(piece);
        }

        return piece.Result;
    }

    /// <summary>Ends the thread: the piece under way is finished, those that wait end with <see cref="ObjectDisposedException"/>.</summary>
    /// <param name="last">What is done when nothing computes any more.</param>
    /// <returns>Completes after <paramref name="last"/>; the same for every call.</returns>
    public Task EndAsync(Action last)
    {
        Queue<Piece> refused;
        lock (_lock)
        {
            if (_closed)
            {
                return _ended.Task;
            }

            _closed = true;
            (refused, _waiting) = (_waiting, []);
            Enqueue(new Piece<bool>(() => EndWith(last)));
        }

        foreach (Piece piece in refused)
        {
            piece.Refuse(Disposed());
        }

        return _ended.Task;
    }

    private void Enqueue(Piece piece)
    {
        _waiting.Enqueue(piece);
        if (_thread is null)
        {
            _thread = new Thread(Compute) { IsBackground = true, Name = $"Spot {name}" };
            _thread.Start();
        }

        Monitor.Pulse(_lock);
    }

    private bool EndWith(Action last)
    {
        try
        {
            last();
            _ended.SetResult();
        }
        catch (Exception exception)
        {
            _ended.SetException(exception);
        }

        return true;
    }

    private void Compute()
    {
        while (Next() is { } piece)
        {
            piece.Run();
        }
    }

    // Null after the last piece.
    private Piece? Next()
    {
        lock (_lock)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                if (!Monitor.Wait(_lock, _rested ? Timeout.InfiniteTimeSpan : restAfter ?? Idle) && _waiting.Count == 0 && !_closed)
                {
                    _rested = true;
                    return new Piece<bool>(Rest);
                }
            }

            _rested = false;
            return _waiting.TryDequeue(out Piece? piece) ? piece : null;
        }
    }

    private bool Rest()
    {
        if (rest is null)
        {
            return FreeMemory.Return();
        }

        rest();
        return true;
    }

    private ObjectDisposedException Disposed() => new(
        "Spot.Backbone." + nameof(T5Backbone), $"The backbone '{name}' was disposed before this was computed. Dispose it after the last call, or load it again.");

    private abstract class Piece
    {
        public abstract void Run();

        public abstract void Refuse(Exception reason);
    }

    private sealed class Piece<T>(Func<T> work) : Piece
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public override void Run()
        {
            try
            {
                _result.SetResult(work());
            }
            catch (Exception exception)
            {
                _result.SetException(exception);
            }
        }

        public override void Refuse(Exception reason) => _result.SetException(reason);
    }
}
