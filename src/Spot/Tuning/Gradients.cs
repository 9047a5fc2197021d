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
}
