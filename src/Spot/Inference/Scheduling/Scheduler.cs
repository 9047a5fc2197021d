using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>
/// Computes jobs together, a piece at a time on the model's thread: some inputs are encoded or their targets scored, then every answer under way gets its next
/// token. Between two pieces others have their turn on the model. Safe for concurrent calls.
/// </summary>
internal sealed class Scheduler(FrozenT5 model, PromptInferenceOptions options, string name, ILogger logger) : IAsyncDisposable
{
    private const int MostScored = 64; // inputs that may wait with their targets before more are encoded for scoring

    private readonly Lock _lock = new();
    private readonly JobQueue _queue = new(options.QueueCapacity);
    private readonly DecodingStage _decoding = new(model, logger);
    private readonly ScoringStage _scoring = new(model, logger);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _pumping, _closed, _scored;
    private long _busy, _begun; // ticks of computing, jobs begun: for the retry-after

    public EncoderStage Encoder { get; } = new(model, options.EncoderCacheBytes);

    /// <summary>Jobs that wait to be begun.</summary>
    public int Waiting => _queue.Count;

    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="ObjectDisposedException">No more are taken.</exception>
    public void Add(Job job)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new ObjectDisposedException("Spot.Inference.PromptInference", $"The inference on '{name}' is disposed. Dispose it after the last call.");
            }

            if (!_queue.TryAdd(job))
            {
                throw Full();
            }

            if (_pumping)
            {
                return;
            }

            _pumping = true;
        }

        _ = PumpAsync();
    }

    /// <summary>Takes a job that is over out of the queue, if it still waits.</summary>
    public void Drop(Job job)
    {
        if (_queue.Remove(job))
        {
            job.Release();
        }
    }

    /// <summary>Takes no more jobs, and comes to the end of those that there are.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (!_pumping)
            {
                _drained.TrySetResult();
            }
        }

        await _drained.Task.ConfigureAwait(false);
        _decoding.Dispose();
        Encoder.Dispose();
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            bool more = false;
            try
            {
                more = await model.RunAsync(Step).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                FailAll(exception); // the backbone is disposed: nothing computes any more
            }

            lock (_lock)
            {
                if (!more && _queue.Count == 0)
                {
                    _pumping = false;
                    if (_closed)
                    {
                        _drained.TrySetResult();
                    }

                    return;
                }
            }
        }
    }

    private bool Step()
    {
        long start = Stopwatch.GetTimestamp();
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _scored = !_scored && _scoring.Count > 0; // in turns, where both wait
        if (_scored)
        {
            _scoring.Step();
        }
        else
        {
            Begin();
        }

        _decoding.Step();
        Interlocked.Add(ref _busy, Stopwatch.GetTimestamp() - start);
        return _decoding.Any || _scoring.Count > 0;
    }

    // Begins jobs: those whose input is kept, and those whose input a pass of the encoder takes.
    private void Begin()
    {
        Dictionary<EncoderKey, Shared<EncodedRow>> rows = [];
        IReadOnlyList<Job> jobs = _queue.Take(waiting => Choose(waiting, rows));
        if (jobs.Count == 0)
        {
            return;
        }

        Interlocked.Add(ref _begun, jobs.Count);
        List<Job> going = [.. jobs.Where(job => !job.IsOver)];
        going.ForEach(job => job.Begun());
        EncoderInput[] inputs = [.. going.Select(job => job.Input).DistinctBy(input => input.Key).Where(input => !rows.ContainsKey(input.Key))];
        InferenceTelemetry.Asked("encoder", going.Count - inputs.Length, inputs.Length);
        Encode(inputs, going, rows);
        going.RemoveAll(job => job.IsOver || !rows.ContainsKey(job.Input.Key));
        _decoding.Add([.. going.OfType<GenerationJob>().Select(job => (job, rows[job.Input.Key]))]);
        foreach (Job job in going.OrderBy(job => job.Input.Length)) // inputs that are scored together are padded to the longest
        {
            if (job is IScoringJob scoring)
            {
                _scoring.Add(scoring, rows[job.Input.Key]);
            }
            else if (job is EmbeddingJob embedding)
            {
                embedding.Embed(rows[job.Input.Key].Value);
            }
        }

        foreach (Shared<EncodedRow> row in rows.Values)
        {
            row.LetGo();
        }

        foreach (Job job in jobs)
        {
            job.Release();
        }
    }

    private void Encode(EncoderInput[] inputs, List<Job> jobs, Dictionary<EncoderKey, Shared<EncodedRow>> rows) => Jointly.Run(
        inputs,
        part =>
        {
            using DisposeScope scope = NewDisposeScope();
            foreach ((EncoderInput input, Shared<EncodedRow> row) in part.Zip(Encoder.Encode(part)))
            {
                rows[input.Key] = row;
            }
        },
        (input, exception) => jobs.Where(job => job.Input.Key == input.Key).ToList().ForEach(job => job.Fail(exception)),
        logger);

    private HashSet<Job> Choose(IReadOnlyList<Job> waiting, Dictionary<EncoderKey, Shared<EncodedRow>> rows)
    {
        HashSet<Job> chosen = [.. waiting.Where(job => job.IsOver)];
        List<Job> ready = Ready(waiting);
        foreach (Job job in ready)
        {
            if (rows.ContainsKey(job.Input.Key))
            {
                chosen.Add(job);
            }
            else if (Encoder.Find(job.Input.Key) is { } kept)
            {
                rows[job.Input.Key] = kept;
                chosen.Add(job);
            }
        }

        EncoderInput[] inputs = [.. ready.Where(job => !chosen.Contains(job)).Select(job => job.Input).DistinctBy(input => input.Key)];
        if (inputs.Length > 0)
        {
            HashSet<EncoderKey> pack = [.. EncoderPacks.Choose([.. inputs.Select(input => input.Length)], options.EncoderTokens, model.Encoder.TakesSequences).Select(i => inputs[i].Key)];
            chosen.UnionWith(ready.Where(job => pack.Contains(job.Input.Key)));
        }

        return chosen;
    }

    // Those that may begin: answers while there are rows for them, none before an older one; the others unless too much waits to be scored. Where more wait
    // than there are rows, half of the rows is filled at once, or what is free at every eighth step: a pass of the encoder for each row alone would cost more.
    private List<Job> Ready(IReadOnlyList<Job> waiting)
    {
        int free = options.MaxRows - _decoding.Rows;
        if (free < waiting.Sum(job => job.Rows) && 2 * free < options.MaxRows && _decoding.StepsSinceAdd < 8)
        {
            free = 0;
        }

        List<Job> ready = [];
        foreach (Job job in waiting.Where(job => !job.IsOver))
        {
            if (job.Rows > 0)
            {
                free -= job.Rows;
            }

            if (job.Rows > 0 ? free >= 0 : _scoring.Count < MostScored)
            {
                ready.Add(job);
            }
        }

        return ready;
    }

    private void FailAll(Exception exception)
    {
        _decoding.FailAll(exception);
        _scoring.FailAll(exception);
        foreach (Job job in _queue.Take(waiting => [.. waiting]))
        {
            job.Fail(exception);
            job.Release();
        }
    }

    private QueueFullException Full()
    {
        long begun = Interlocked.Read(ref _begun);
        double each = begun == 0 ? 0.05 : Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _busy)).TotalSeconds / begun;
        TimeSpan after = TimeSpan.FromSeconds(Math.Clamp(each * options.QueueCapacity / 2, 0.01, 60));
        return new QueueFullException(
            $"{options.QueueCapacity} requests wait for '{name}' already, as many as may: try again after {after.TotalSeconds:0.##} s, or raise QueueCapacity.", after);
    }
}
