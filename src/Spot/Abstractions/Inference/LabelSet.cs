using System.Numerics.Tensors;

namespace Spot;

/// <summary>Probabilities of labels among themselves.</summary>
internal static class LabelSet
{
    /// <summary>The softmax of scores.</summary>
    /// <param name="scores">Of each label, in nats.</param>
    public static double[] Probabilities(ReadOnlySpan<double> scores)
    {
        double[] probabilities = new double[scores.Length];
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max(scores), probabilities); // so that no exponential overflows, and not all vanish
        TensorPrimitives.SoftMax<double>(probabilities, probabilities);
        return probabilities;
    }
}
