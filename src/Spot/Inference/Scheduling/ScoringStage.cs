using Spot.Backbone;

namespace Spot.Inference;

/// <summary>Scores targets, some of them in a piece. On the model's thread.</summary>
internal sealed class ScoringStage(FrozenT5 model)
{
    private readonly LinkedList<(Job Job, Shared<EncodedRow> Row, int Target)> _pairs = [];

    /// <summary>Pairs of inputs and targets that wait.</summary>
    public int Count => _pairs.Count;

    /// <summary>Takes a job and its encoded input, which is held until it is scored.</summary>
    public void Add(Job job, Shared<EncodedRow> row)
    {
        int[][] targets = ((IScoringJob)job).Targets;
        foreach (int target in Enumerable.Range(0, targets.Length).OrderBy(target => targets[target].Length)) // so that little is padded
        {
            _pairs.AddLast((job, row.Hold(), target));
        }
    }

    /// <summary>Scores the next pairs; in a dispose scope, without gradients.</summary>
    public void Step()
    {
        List<(Job Job, Shared<EncodedRow> Row, int Target)> part = Next();
        try
        {
            if (part.Count > 0)
            {
                Score(part);
            }
        }
        catch (Exception exception) when (part.DistinctBy(pair => pair.Job).Skip(1).Any() && exception is not OutOfMemoryException)
        {
            Alone(part);
        }
        catch (Exception exception)
        {
            part.ForEach(pair => pair.Job.Fail(exception));
        }
        finally
        {
            part.ForEach(pair => pair.Row.LetGo());
        }
    }

    public void FailAll(Exception exception)
    {
        foreach ((Job job, Shared<EncodedRow> row, _) in _pairs)
        {
            job.Fail(exception);
            row.LetGo();
        }

        _pairs.Clear();
    }

    private static int[] Ids((Job Job, Shared<EncodedRow> Row, int Target) pair) => ((IScoringJob)pair.Job).Targets[pair.Target];

    // As many as a pass takes; those of jobs that are over are left out.
    private List<(Job Job, Shared<EncodedRow> Row, int Target)> Next()
    {
        List<(Job Job, Shared<EncodedRow> Row, int Target)> part = [];
        int longest = 1;
        while (_pairs.First is { } next)
        {
            if (next.Value.Job.IsOver)
            {
                next.Value.Row.LetGo();
                _pairs.RemoveFirst();
                continue;
            }

            longest = Math.Max(longest, Ids(next.Value).Length);
            if (part.Count > 0 && part.Count >= PairScores.Most(longest))
            {
                break;
            }

            part.Add(next.Value);
            _pairs.RemoveFirst();
        }

        return part;
    }

    private void Score(IReadOnlyList<(Job Job, Shared<EncodedRow> Row, int Target)> part)
    {
        EncodedRow[] rows = [.. part.Select(pair => pair.Row.Value).Distinct()];
        double[] scores = PairScores.Run(model, EncodedRows.Batch(rows), [.. part.Select(pair => (Array.IndexOf(rows, pair.Row.Value), Ids(pair)))]);
        foreach ((int i, (Job job, _, int target)) in part.Index())
        {
            ((IScoringJob)job).Set(target, scores[i]);
        }
    }

    // What failed together is tried job by job, so that only the one at fault fails.
    private void Alone(List<(Job Job, Shared<EncodedRow> Row, int Target)> part)
    {
        foreach (IGrouping<Job, (Job Job, Shared<EncodedRow> Row, int Target)> own in part.GroupBy(pair => pair.Job))
        {
            try
            {
                Score([.. own]);
            }
            catch (Exception exception)
            {
                own.Key.Fail(exception);
            }
        }
    }
}
