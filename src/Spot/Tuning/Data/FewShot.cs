using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>In-context learning: training examples shown in front of each input, for a baseline of the untrained model.</summary>
/// <remarks>Evaluate the result without a prompt. All methods are pure and safe for concurrent calls.</remarks>
public static class FewShot
{
    /// <summary>Puts demonstrations from a task's training examples in front of examples.</summary>
    /// <remarks>
    /// The demonstrations are the same for all examples, drawn by the seed: as many of each label as can be, where the task has labels. One with the
    /// input of the example itself is left out, and where all do not fit the first ones are dropped: an input is cut only if it is too long by itself.
    /// </remarks>
    /// <param name="task">The task whose training examples are shown.</param>
    /// <param name="examples">The examples to be answered, possibly none.</param>
    /// <param name="tokenizer">The model's tokenizer, which tells what fits.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The new examples.</returns>
    /// <exception cref="ArgumentException">The task has raw text only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static FewShotExamples Apply(TextTask task, IReadOnlyList<TextExample> examples, T5Tokenizer tokenizer, FewShotOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new FewShotOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Demonstrations);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxInputLength, 1);
        if (task.Objective != TextObjective.TextToText)
        {
            throw new ArgumentException($"'{task.Name}' is raw text, which has no targets to demonstrate; use a task of inputs and targets.", nameof(task));
        }

        TextExample[] shown = Draw(task, options);
        (string Input, int Count)[] inputs = [.. examples.Select(example => Input(shown, example, tokenizer, options))];
        return new FewShotExamples(
            [.. examples.Select((example, i) => example with { Input = inputs[i].Input })], [.. inputs.Select(input => input.Count)]);
    }

    private static TextExample[] Draw(TextTask task, FewShotOptions options)
    {
        // A target that is a wrong answer (no right answers) demonstrates nothing.
        TextExample[] usable = [.. task.Train.Where(example => example.Answers is not { Count: 0 })];
        int[] order = [.. Enumerable.Range(0, usable.Length)];
        SplitMix64 random = SplitMix64.For("few-shot", options.Seed);
        random.Shuffle(order);

        // First one example of every label, then a second of every label, and so on.
        Dictionary<string, int> seen = [];
        int[] drawn = [.. order
            .Select(i => (Example: i, Round: task.Labels.Count == 0 ? 0 : seen[usable[i].Target] = seen.GetValueOrDefault(usable[i].Target) + 1))
            .ToArray().OrderBy(entry => entry.Round).Take(options.Demonstrations).Select(entry => entry.Example)];
        random.Shuffle(drawn);
        return [.. drawn.Select(i => usable[i])];
    }

    private static (string Input, int Count) Input(TextExample[] shown, TextExample example, T5Tokenizer tokenizer, FewShotOptions options)
    {
        string query = example.Input + options.TargetMark.TrimEnd();
        string[] demonstrations = [.. shown.Where(demonstration => demonstration.Input != example.Input)
            .Select(demonstration => demonstration.Input + options.TargetMark + demonstration.Target + options.Separator)];
        for (int dropped = 0; dropped < demonstrations.Length; dropped++)
        {
            string input = string.Concat(demonstrations[dropped..]) + query;
            if (Fits(input, tokenizer, options.MaxInputLength))
            {
                return (input, demonstrations.Length - dropped);
            }
        }

        return (query, 0);
    }

    private static bool Fits(string input, T5Tokenizer tokenizer, int length) =>
        length == int.MaxValue || tokenizer.Encode(input, length + 1).Length <= length;
}
