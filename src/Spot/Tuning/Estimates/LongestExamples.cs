using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>The training examples whose pass needs the most memory.</summary>
internal static class LongestExamples
{
    /// <summary>As many as are in memory at once, by the length of their texts.</summary>
    /// <param name="mixture">The tasks. Of streamed text, whose documents nobody has seen, a full window stands for the longest.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="options">Lengths and sizes.</param>
    public static EncodedExample[] Of(TaskMixture mixture, T5Tokenizer tokenizer, TrainingOptions options)
    {
        int count = Math.Min(options.MicroBatchSize, options.BatchSize);
        return [.. mixture.Tasks.Index().SelectMany(part => Encode(part.Item, part.Index)).OrderByDescending(example => example.Input.Length + example.Target.Length).Take(count)];

        IEnumerable<EncodedExample> Encode(MixtureTask task, int place)
        {
            if (task.Task.Stream is not null)
            {
                int[] window = new int[options.MaxInputLength];
                Array.Fill(window, tokenizer.EosId);
                return Enumerable.Repeat(new EncodedExample(window, window[..Math.Min(window.Length, options.MaxTargetLength)], place), count);
            }

            ExampleEncoder encoder = new(task.Task.Objective, tokenizer, options.MaxInputLength, options.MaxTargetLength);
            return task.Task.Train.Take(task.Count).OrderByDescending(example => example.Input.Length + example.Target.Length).Take(count)
                .Select((example, i) => encoder.Encode(example, SplitMix64.For("longest", 0, i)))
                .OfType<EncodedExample>().Select(example => example with { Task = place });
        }
    }
}
