using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>The training examples of a mixture, step by step: what a step draws is a pure function of mixture, seed, batch size and step.</summary>
/// <remarks>
/// Tasks come in proportion to their rates (<see cref="TaskSchedule"/>), the examples of each in an order of its own (<see cref="TaskDraws"/>).
/// Steps may be asked for in any order; going on from the last one is quick, any other place is found by counting from the start. Besides the
/// examples themselves, memory is one int an example.
/// </remarks>
internal sealed class TrainingStream
{
    private readonly TaskSchedule _schedule;
    private readonly TaskDraws[] _tasks;
    private readonly int _batchSize;
    private long _next;
    private (long Step, TrainingBatch Batch)? _last;

    /// <param name="mixture">The tasks.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="options">Batch size, seed and lengths; a copy that does not change.</param>
    public TrainingStream(TaskMixture mixture, T5Tokenizer tokenizer, TrainingOptions options)
    {
        bool single = mixture.Tasks.Count == 1;
        _schedule = new TaskSchedule(mixture.Rates);
        _tasks = [.. mixture.Tasks.Select(task => new TaskDraws(task, single ? "order" : $"order {task.Task.Name}", tokenizer, options))];
        _batchSize = options.BatchSize;
    }

    /// <summary>The examples of a step; asked for again in a row they are not drawn again.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <exception cref="ArgumentException">All documents of a task on raw text are too short to be used.</exception>
    public TrainingBatch Batch(long step)
    {
        if (_last is { } last && last.Step == step)
        {
            return last.Batch;
        }

        MoveTo(step);
        EncodedExample[] examples = new EncodedExample[_batchSize];
        TextExample[] sources = new TextExample[_batchSize];
        _next = -1; // Until all are drawn: after an error the place is unknown.
        for (int i = 0; i < _batchSize; i++)
        {
            int task = _schedule.Next(out long number);
            (EncodedExample example, sources[i]) = _tasks[task].Draw(number);
            examples[i] = example with { Task = task };
        }

        _next = step + 1;
        TrainingBatch batch = new(examples, sources);
        _last = (step, batch);
        return batch;
    }

    private void MoveTo(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (_next < 0 || step < _next)
        {
            _schedule.Restart();
            _next = 0;
        }

        for (long draws = (step - _next) * _batchSize; draws > 0; draws--)
        {
            _schedule.Next(out _);
        }
    }
}
