namespace Spot.Library;

/// <summary>The calls that run: what they use is let go of when the owner has ended and the last of them has.</summary>
/// <param name="release">Lets go; called once.</param>
/// <param name="ended">What a call is told that comes afterwards.</param>
internal sealed class RunningCalls(Action release, Func<ObjectDisposedException> ended)
{
    private readonly Lock _lock = new();
    private int _running;
    private bool _hasEnded;

    /// <summary>Begins a call; it ends when what is returned is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The owner has ended.</exception>
    internal Call Begin()
    {
        lock (_lock)
        {
            _running = _hasEnded ? throw ended() : _running + 1;
        }

        return new Call(this);
    }

    /// <summary>Ends the owner: calls that run go on, no other begins. Waits for none, as it may be called from within one.</summary>
    internal void End()
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            if (_running > 0)
            {
                return;
            }
        }

        release();
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_running > 0 || !_hasEnded)
            {
                return;
            }
        }

        release();
    }

    /// <summary>A call that runs.</summary>
    internal readonly struct Call(RunningCalls calls) : IDisposable
    {
        public void Dispose() => calls.Leave();
    }
}
