using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>The training examples of one task in the order in which they are drawn, encoded when drawn.</summary>
internal sealed class TaskDraws
{
    private readonly TextTask _task;
    private readonly ExampleEncoder _encoder;
    private readonly TaskOrder _order;
    private readonly int? _limit;
    private readonly string _text;
    private readonly long _seed;
    private (long Number, IReadOnlyList<string> Documents)? _window;

    /// <param name="task">The task, of which the examples within its limit are used.</param>
    /// <param name="purpose">Keeps the order apart from other tasks'.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="options">Seed and lengths.</param>
    public TaskDraws(MixtureTask task, string purpose, T5Tokenizer tokenizer, TrainingOptions options)
    {
        _task = task.Task;
        _encoder = new ExampleEncoder(_task.Objective, tokenizer, options.MaxInputLength, options.MaxTargetLength);
        _order = new TaskOrder(purpose, _task.Stream is null ? task.Count : 0, options.Seed);
        _limit = task.Limit;
        _text = $"text {_task.Name}";
        _seed = options.Seed;
    }

    /// <summary>The example of a draw: each comes once an epoch.</summary>
    /// <remarks>In place of a document that is too short comes the next one of the epoch, of a stream the window, that is not.</remarks>
    /// <param name="number">The draw, from 0.</param>
    /// <exception cref="ArgumentException">All documents are too short.</exception>
    public (EncodedExample Example, TextExample Source) Draw(long number)
    {
        if (_task.Stream is { } stream)
        {
            return Draw(stream, number);
        }

        (long epoch, long place) = Math.DivRem(number, _order.Count);
        ReadOnlySpan<int> order = _order.Epoch(epoch);
        for (int tried = 0; tried < order.Length; tried++)
        {
            TextExample source = _task.Train[order[(int)((place + tried) % order.Length)]];
            if (_encoder.Encode(source, SplitMix64.For(_text, _seed, number)) is { } example)
            {
                return (example, source);
            }
        }

        throw TooShort(_task, "training", order.Length);
    }

    private (EncodedExample Example, TextExample Source) Draw(IDocumentWindows stream, long number)
    {
        (long window, long place) = Math.DivRem(_limit is { } limit ? number % limit : number, stream.WindowSize);
        if (_window is not { } read || read.Number != window)
        {
            _window = null; // so that two windows are not in memory
            _window = read = (window, stream.Window(window, _seed));
        }

        for (int tried = 0; tried < read.Documents.Count; tried++)
        {
            TextExample source = new(read.Documents[(int)((place + tried) % read.Documents.Count)], "");
            if (_encoder.Encode(source, SplitMix64.For(_text, _seed, number)) is { } example)
            {
                return (example, source);
            }
        }

        throw TooShort(_task, "training", read.Documents.Count);
    }

    /// <summary>The error of a task on raw text whose documents are all too short.</summary>
    public static ArgumentException TooShort(TextTask task, string what, int documents) => new(
        $"Task '{task.Name}' has {documents} {what} document{(documents == 1 ? "" : "s")}, but none of at least 2 tokens, which are needed to ask for a part of it. " +
        "Give it running text.");
}
