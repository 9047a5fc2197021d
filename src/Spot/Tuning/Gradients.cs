using System.Numerics.Tensors;

namespace Spot.Tuning;

/// <summary>What is done with the gradients of all parameters of a run.</summary>
internal static class Gradients
{
    /// <summary>The norm over all numbers of all parameters; not finite if one of them is not.</summary>
    public static double Norm(ITrainable trainable)
    {
        double sum = 0;
        for (int i = 0; i < trainable.Parameters.Count; i++)
        {
            foreach (float value in trainable.Gradient(i))
            {
                sum += (double)value * value;
            }
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Updates every parameter.</summary>
    /// <param name="trainable">Its parameters and gradients.</param>
    /// <param name="rateFactor">Warm-up and decay.</param>
    /// <param name="shrink">What gradients are multiplied by first: clipping.</param>
    public static void Apply(ITrainable trainable, double rateFactor, float shrink)
    {
        for (int i = 0; i < trainable.Parameters.Count; i++)
        {
            Span<float> gradient = trainable.Gradient(i);
            if (shrink < 1)
            {
                TensorPrimitives.Multiply(gradient, shrink, gradient);
            }

            Parameter parameter = trainable.Parameters[i];
            parameter.Optimizer.Apply(parameter.Values, gradient, rateFactor);
        }
    }

    /// <summary>The error of a step whose loss or gradient is not finite. Nothing has been updated by it.</summary>
    public static TuningDivergedException Diverged(ITrainable trainable, string task, TrainingBatch batch, int step, double loss)
    {
        string message =
            FormattableString.Invariant($"Tuning '{task}' diverged at step {step}: loss {loss}{FirstBad(trainable)}. ") +
            $"The batch began with '{Shorten(batch.Sources[0].Input)}'. Lower the learning rate, or use float32; what was good before this step is kept.";
        return new TuningDivergedException(message)
        {
            Step = step,
            Batch = batch.Sources,
            LastGood = (trainable as PromptTrainable)?.Prompt(trainable.Parameters[0].Values),
        };
    }

    private static string FirstBad(ITrainable trainable)
    {
        for (int i = 0; i < trainable.Parameters.Count; i++)
        {
            Span<float> gradient = trainable.Gradient(i);
            int columns = (int)trainable.Parameters[i].Shape[^1];
            for (int at = 0; at < gradient.Length; at++)
            {
                if (!float.IsFinite(gradient[at]))
                {
                    return FormattableString.Invariant($", gradient of {trainable.Parameters[i].Name} row {at / columns}, column {at % columns}: {gradient[at]}");
                }
            }
        }

        return "";
    }

    private static string Shorten(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
