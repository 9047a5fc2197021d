using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>Finds labels that the model can never write, before time is spent on tuning toward them.</summary>
internal static class LabelValidator
{
    /// <exception cref="ArgumentException">A label does not survive the tokenizer, or is longer than the longest target allowed.</exception>
    public static void Check(TaskMixture task, T5Tokenizer tokenizer, TrainingOptions options)
    {
        foreach (string label in task.Labels)
        {
            string read = tokenizer.Decode(tokenizer.Encode(label, options.MaxTargetLength));
            if (read != label)
            {
                throw new ArgumentException(
                    $"Task '{task.Name}': the label '{label}' reads back from the tokenizer as '{read}', so no output can match it. " +
                    "Use a word of the model's vocabulary, without leading, trailing or double spaces, or raise MaxTargetLength.");
            }
        }
    }
}
