using System.Runtime.InteropServices;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>Decodes a step of every answer under way; answers come and go between the steps. On the model's thread.</summary>
internal sealed class DecodingStage(FrozenT5 model) : IDisposable
{
    private readonly List<(GenerationJob Job, IDecoding Decoding)> _active = []; // in the order of the batch's rows
    private DecodingBatch? _batch;

    /// <summary>Steps since answers were begun.</summary>
    public int StepsSinceAdd { get; private set; }

    public bool Any => _active.Count > 0;

    /// <summary>The most rows that the answers under way may come to have.</summary>
    public int Rows => _active.Select(active => active.Job).Distinct().Sum(job => job.Rows);

    /// <summary>Takes jobs with their encoded inputs; in a dispose scope.</summary>
    public void Add(IReadOnlyList<(GenerationJob Job, EncodedRow Row)> jobs)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        (GenerationJob Job, EncodedRow Row, IDecoding Decoding)[] all =
            [.. jobs.SelectMany(pair => pair.Job.Begin().Select(decoding => (pair.Job, pair.Row, decoding)))];
        _batch ??= new DecodingBatch(model);
        _batch.Add(EncodedRows.Stack([.. all.Select(one => one.Row)]), [.. all.Select(one => one.Row.Length)], all.Max(one => one.Job.MaxTokens));
        StepsSinceAdd = 0;
        _active.AddRange(all.Select(one => (one.Job, one.Decoding)));
    }

    /// <summary>Decodes a step; in a dispose scope, without gradients.</summary>
    public void Step()
    {
        Leave();
        if (!Any)
        {
            return;
        }

        StepsSinceAdd++;
        try
        {
            int[] tokens = [.. _active.SelectMany(active => active.Decoding.Tokens)];
            WantedScores[] wanted = [.. _active.SelectMany(active => Enumerable.Repeat(active.Decoding.Wanted, active.Decoding.Tokens.Count))];
            Tensor logits = _batch!.Step(tokens, wanted).cpu().contiguous(); // [rows, vocabulary]
            Advance(MemoryMarshal.Cast<byte, float>(logits.bytes), (int)logits.size(1));
        }
        catch (Exception exception)
        {
            FailAll(exception);
        }
    }

    public void FailAll(Exception exception)
    {
        _active.ForEach(active => active.Job.Fail(exception));
        _active.Clear();
        Dispose();
    }

    public void Dispose()
    {
        _batch?.Dispose();
        _batch = null;
    }

    // Rows of jobs that are over go.
    private void Leave()
    {
        if (_active.Exists(active => active.Job.IsOver))
        {
            List<int> keep = [];
            int at = 0;
            foreach ((GenerationJob job, IDecoding decoding) in _active)
            {
                keep.AddRange(Enumerable.Range(at, job.IsOver ? 0 : decoding.Tokens.Count));
                at += decoding.Tokens.Count;
            }

            _active.RemoveAll(active => active.Job.IsOver);
            Keep(keep);
        }
    }

    private void Advance(Span<float> logits, int vocabulary)
    {
        List<int> keep = [];
        List<(GenerationJob Job, IDecoding Decoding)> left = [];
        int at = 0;
        foreach ((GenerationJob job, IDecoding decoding) in _active)
        {
            int rows = decoding.Tokens.Count;
            int[] parents = Advance(job, decoding, logits.Slice(at * vocabulary, rows * vocabulary));
            int first = at;
            keep.AddRange(parents.Select(parent => first + parent));
            if (parents.Length > 0)
            {
                left.Add((job, decoding));
            }

            at += rows;
        }

        _active.Clear();
        _active.AddRange(left);
        Keep(keep);
    }

    // What goes wrong here is one request's own.
    private static int[] Advance(GenerationJob job, IDecoding decoding, Span<float> logits)
    {
        try
        {
            int[] parents = decoding.Advance(logits);
            if (parents.Length == 0)
            {
                job.Done();
            }

            return parents;
        }
        catch (Exception exception)
        {
            job.Fail(exception);
            return [];
        }
    }

    private void Keep(List<int> rows)
    {
        if (rows.Count == 0)
        {
            Dispose();
        }
        else
        {
            _batch!.Keep(CollectionsMarshal.AsSpan(rows));
        }
    }
}
