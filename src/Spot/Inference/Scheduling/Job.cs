using System.Diagnostics;

namespace Spot.Inference;

/// <summary>A request on its way. Answered, failed, cancelled or too late, whichever is first, it is over.</summary>
internal abstract class Job(EncoderInput input)
{
    private readonly long _arrived = Stopwatch.GetTimestamp();
    private bool _released;

    public EncoderInput Input => input;

    /// <summary>What is asked for, for metrics.</summary>
    public abstract string Kind { get; }

    /// <summary>How long it waited to be begun; zero before.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Tells how long it waited.</summary>
    public void Begun()
    {
        Waited = Stopwatch.GetElapsedTime(_arrived);
        InferenceTelemetry.Begun(Kind, Waited);
    }

    /// <summary>The most rows that it decodes at once; 0 where it decodes nothing.</summary>
    public virtual int Rows => 0;

    public abstract bool IsOver { get; }

    public abstract void Fail(Exception exception);

    /// <summary>Lets go of the prompt. Only for who has the job to himself: whoever took it out of the queue.</summary>
    public void Release()
    {
        if (!_released)
        {
            _released = true;
            input.Prompt?.LetGo();
        }
    }
}

/// <summary>A request with an answer.</summary>
internal abstract class Job<T>(EncoderInput input) : Job(input)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool IsOver => _answer.Task.IsCompleted;

    public override void Fail(Exception exception) => _answer.TrySetException(exception);

    /// <summary>Waits for the answer.</summary>
    /// <param name="timeout">Its time; null for no limit.</param>
    /// <param name="over">Called once the answer is known, whichever it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> WaitAsync(TimeSpan? timeout, Action<Job> over, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? late = timeout is { } time && time.TotalMilliseconds < int.MaxValue ? new CancellationTokenSource(time) : null;
        using CancellationTokenRegistration lateness = late is null ? default : late.Token.Register(() => Fail(new TimeoutException(
            $"The request had no answer after {timeout!.Value.TotalSeconds:0.###} s, its Timeout: it was taken out. Allow more time, or send fewer requests at once.")));
        using CancellationTokenRegistration cancelling = cancellationToken.Register(() => _answer.TrySetCanceled(cancellationToken));
        try
        {
            return await _answer.Task.ConfigureAwait(false);
        }
        finally
        {
            over(this);
        }
    }

    protected void Answer(T answer) => _answer.TrySetResult(answer);
}
