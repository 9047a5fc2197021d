using System.Numerics.Tensors;

namespace Spot.Tuning;

/// <summary>A product and a bias.</summary>
/// <param name="Weight">// [outputs, inputs], row by row</param>
/// <param name="Bias">// [outputs]</param>
internal sealed record DenseLayer(double[] Weight, double[] Bias)
{
    public int Outputs => Bias.Length;

    public int Inputs => Weight.Length / Bias.Length;

    /// <summary>W x + b, negative numbers set to 0 where the layer has a ReLU.</summary>
    public double[] Apply(double[] x, bool relu)
    {
        double[] y = new double[Outputs];
        for (int i = 0; i < y.Length; i++)
        {
            double sum = Bias[i] + TensorPrimitives.Dot<double>(Weight.AsSpan(i * x.Length, x.Length), x);
            y[i] = relu ? Math.Max(0, sum) : sum;
        }

        return y;
    }
}
