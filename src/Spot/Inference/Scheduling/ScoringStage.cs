using Microsoft.Extensions.Logging;
using Spot.Backbone;

namespace Spot.Inference;

/// <summary>Scores targets, those of some inputs in a piece. On the model's thread.</summary>
internal sealed class ScoringStage(FrozenT5 model, ILogger logger)
{
    private readonly LinkedList<Item> _waiting = [];

    /// <summary>Inputs that wait with their targets.</summary>
    public int Count => _waiting.Count;

    /// <summary>Takes a job and its encoded input, which is held until it is scored.</summary>
    public void Add(IScoringJob job, Shared<EncodedRow> row)
    {
        foreach (TargetTree tree in TargetTree.Of(job.Targets, model.Config.DecoderStartId))
        {
            _waiting.AddLast(new Item(job, row.Hold(), tree));
        }
    }

    /// <summary>Scores the oldest and those with the same targets; in a dispose scope, without gradients.</summary>
    public void Step()
    {
        List<Item> part = Next();
        Jointly.Run(part, Score, (item, exception) => item.Job.Fail(exception), logger);
        part.ForEach(item => item.Row.LetGo());
    }

    public void FailAll(Exception exception)
    {
        foreach (Item item in _waiting)
        {
            item.Job.Fail(exception);
            item.Row.LetGo();
        }

        _waiting.Clear();
    }

    // As many as a pass takes; those of jobs that are over are left out.
    private List<Item> Next()
    {
        List<Item> part = [];
        LinkedListNode<Item>? next;
        for (LinkedListNode<Item>? node = _waiting.First; node is not null && (part.Count == 0 || part.Count < part[0].Tree.RowsPerPass); node = next)
        {
            (Item item, next) = (node.Value, node.Next);
            if (item.Job.IsOver)
            {
                item.Row.LetGo();
                _waiting.Remove(node);
            }
            else if (part.Count == 0 || item.Tree.Matches(part[0].Tree))
            {
                part.Add(item);
                _waiting.Remove(node);
            }
        }

        return part;
    }

    private void Score(IReadOnlyList<Item> part)
    {
        EncodedRow[] rows = [.. part.Select(item => item.Row.Value).Distinct()];
        double[][] scores = TreeScores.Pass(model, EncodedRows.Batch(rows), part[0].Tree);
        InferenceTelemetry.Pass("score", rows.Length);
        foreach (Item item in part)
        {
            foreach (((int target, _, _), double score) in item.Tree.Targets.Zip(scores[Array.IndexOf(rows, item.Row.Value)]))
            {
                item.Job.Set(target, score);
            }
        }
    }

    /// <summary>An input, and all its targets or some.</summary>
    private sealed record Item(IScoringJob Job, Shared<EncodedRow> Row, TargetTree Tree);
}
