using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>Decodes a step of every answer under way; answers come and go between the steps. On the model's thread.</summary>
internal sealed class DecodingStage(FrozenT5 model, ILogger logger) : IDisposable
{
    private readonly List<ActiveDecoding> _active = []; // in the order of the batch's rows
    private DecodingBatch? _batch;

    /// <summary>Steps since answers were begun.</summary>
    public int StepsSinceAdd { get; private set; }

    public bool Any => _active.Count > 0;

    /// <summary>The most rows that the answers under way may come to have.</summary>
    public int Rows => _active.Select(active => active.Job).Distinct().Sum(job => job.Rows);

    /// <summary>Takes jobs with their encoded inputs, which are held until they are written; in a dispose scope.</summary>
    public void Add(IReadOnlyList<(GenerationJob Job, Shared<EncodedRow> Row)> jobs)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        ActiveDecoding[] all = [.. jobs.SelectMany(pair => pair.Job.Begin().Select(decoding => new ActiveDecoding(pair.Job, pair.Row.Hold(), decoding)))];
        StepsSinceAdd = 0;
        _active.AddRange(all);
        try
        {
            _batch ??= new DecodingBatch(model);
            ActiveDecoding.AddTo(_batch, all);
        }
        catch (Exception exception)
        {
            OneByOne(exception);
        }
    }

    /// <summary>Decodes a step; in a dispose scope, without gradients.</summary>
    public void Step()
    {
        try
        {
            Leave();
            if (Any)
            {
                StepsSinceAdd++;
                List<int> keep = Step(_batch!, _active);
                Remove(active => active.IsDone);
                Keep(keep);
            }
        }
        catch (Exception exception)
        {
            OneByOne(exception);
        }
    }

    public void FailAll(Exception exception)
    {
        _active.ForEach(active => active.Job.Fail(exception));
        Dispose();
    }

    public void Dispose()
    {
        _active.ForEach(active => active.Row.LetGo());
        _active.Clear();
        DisposeBatch();
    }

    // What failed together is tried job by job, so that only the one at fault fails. The others come a step on, and stand together again in a new batch.
    private void OneByOne(Exception exception)
    {
        DisposeBatch();
        try
        {
            Remove(active => active.Job.IsOver || active.IsDone);
            IGrouping<GenerationJob, ActiveDecoding>[] jobs = [.. _active.GroupBy(active => active.Job)];
            InferenceLog.OneByOne(logger, jobs.Length, exception);
            foreach (IGrouping<GenerationJob, ActiveDecoding> job in jobs)
            {
                try
                {
                    using DecodingBatch alone = ActiveDecoding.Replay(model, [.. job]);
                    Step(alone, [.. job]);
                }
                catch (Exception own)
                {
                    job.Key.Fail(own);
                }
            }

            Remove(active => active.Job.IsOver || active.IsDone);
            _active.Sort((x, y) => y.Written.CompareTo(x.Written)); // as they are replayed
            _batch = _active.Count > 0 ? ActiveDecoding.Replay(model, _active) : null;
        }
        catch (Exception together)
        {
            FailAll(together);
        }
    }

    // Rows of jobs that are over go.
    private void Leave()
    {
        if (_active.Exists(active => active.Job.IsOver))
        {
            List<int> keep = [];
            int at = 0;
            foreach (ActiveDecoding active in _active)
            {
                keep.AddRange(Enumerable.Range(at, active.Job.IsOver ? 0 : active.Rows));
                at += active.Rows;
            }

            Remove(active => active.Job.IsOver);
            Keep(keep);
        }
    }

    private void Remove(Predicate<ActiveDecoding> over)
    {
        _active.FindAll(over).ForEach(active => active.Row.LetGo());
        _active.RemoveAll(over);
    }

    // The rows that go on, each as the place of the row that it continues.
    private static List<int> Step(DecodingBatch batch, IReadOnlyList<ActiveDecoding> decodings)
    {
        int[] tokens = [.. decodings.SelectMany(active => active.Decoding.Tokens)];
        WantedScores[] wanted = [.. decodings.SelectMany(active => Enumerable.Repeat(active.Decoding.Wanted, active.Rows))];
        Tensor logits = batch.Step(tokens, wanted).cpu().contiguous(); // [rows, vocabulary]
        InferenceTelemetry.Pass("decode", batch.Count);
        Span<float> all = MemoryMarshal.Cast<byte, float>(logits.bytes);
        int vocabulary = (int)logits.size(1), at = 0;
        List<int> keep = [];
        foreach (ActiveDecoding active in decodings)
        {
            int first = at;
            at += active.Rows;
            keep.AddRange(active.Advance(all[(first * vocabulary)..(at * vocabulary)]).Select(parent => first + parent));
        }

        return keep;
    }

    private void Keep(List<int> rows)
    {
        if (rows.Count == 0)
        {
            DisposeBatch();
        }
        else
        {
            _batch!.Keep(CollectionsMarshal.AsSpan(rows));
        }
    }

    private void DisposeBatch()
    {
        _batch?.Dispose();
        _batch = null;
    }
}
