using System.Numerics.Tensors;

namespace Spot.Tuning;

/// <summary>Finds the numbers of a run that are infinite or not a number, and makes the error that says so.</summary>
internal static class Divergence
{
    /// <summary>Where a gradient is not finite; null where all are.</summary>
    public static string? OfGradients(ITrainable trainable) => First(trainable, "gradient of ", parameter => trainable.Gradient(parameter));

    /// <summary>Where a trained number is not finite; null where all are.</summary>
    public static string? OfValues(ITrainable trainable) => First(trainable, "", parameter => trainable.Parameters[parameter].Values);

    /// <summary>The error of a step that cannot be done.</summary>
    /// <param name="trainable">As it was before the step.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="batch">Its examples.</param>
    /// <param name="found">Loss and gradient norm, and where a number is not finite.</param>
    /// <param name="best">The best checkpoint so far; null before the first evaluation.</param>
    public static TuningDivergedException Error(
        ITrainable trainable, string task, int step, TrainingBatch batch, string found, float[][]? best)
    {
        PromptTrainable? prompt = trainable as PromptTrainable;
        string message =
            $"Tuning '{task}' diverged at step {step}: {found}. The batch began with '{Shorten(batch.Sources[0].Input)}'. Lower the learning rate, or use float32. " +
            (prompt is null
                ? "The best checkpoint so far is in the output folder, if one was evaluated."
                : "This error carries the last good prompt, and the best one that was evaluated.");
        return new TuningDivergedException(message)
        {
            Step = step,
            Batch = batch.Sources,
            LastGood = prompt?.Prompt(trainable.Parameters[0].Values),
            Best = best is null ? null : prompt?.Prompt(best[0]),
        };
    }

    private delegate ReadOnlySpan<float> Numbers(int parameter);

    private static string? First(ITrainable trainable, string what, Numbers numbers)
    {
        for (int i = 0; i < trainable.Parameters.Count; i++)
        {
            ReadOnlySpan<float> values = numbers(i);
            if (TensorPrimitives.IsFiniteAll(values))
            {
                continue;
            }

            int columns = (int)trainable.Parameters[i].Shape[^1];
            for (int at = 0; at < values.Length; at++)
            {
                if (!float.IsFinite(values[at]))
                {
                    return FormattableString.Invariant($"{what}{trainable.Parameters[i].Name} row {at / columns}, column {at % columns}: {values[at]}");
                }
            }
        }

        return null;
    }

    private static string Shorten(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
