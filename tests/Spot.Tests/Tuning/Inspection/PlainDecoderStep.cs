using Spot.Serialization;

namespace Spot.Tests.Tuning;

/// <summary>The first step of a gated T5's decoder by plain formulas in double, on the weights as the file has them.</summary>
internal sealed class PlainDecoderStep(SafetensorsFile file, int dim, int heads, int layers)
{
    private const double Epsilon = 1e-6;

    /// <summary>What each layer's GELU is given.</summary>
    /// <param name="start">The decoder's first token.</param>
    /// <param name="memory">The encoder's states. // [length][d]</param>
    public double[][] Gates(int start, double[][] memory)
    {
        double[] x = Row("shared.weight", start);
        double[][] gates = new double[layers][];
        for (int layer = 0; layer < layers; layer++)
        {
            string block = $"decoder.block.{layer}.layer.";
            double[] normed = Norm(x, $"{block}0.layer_norm.weight");
            x = Add(x, Times($"{block}0.SelfAttention.o.weight", Times($"{block}0.SelfAttention.v.weight", normed))); // it sees itself alone
            x = Add(x, Cross($"{block}1.EncDecAttention", Norm(x, $"{block}1.layer_norm.weight"), memory));
            normed = Norm(x, $"{block}2.layer_norm.weight");
            gates[layer] = Times($"{block}2.DenseReluDense.wi_0.weight", normed);
            double[] up = Times($"{block}2.DenseReluDense.wi_1.weight", normed);
            x = Add(x, Times($"{block}2.DenseReluDense.wo.weight", [.. gates[layer].Zip(up, (gate, value) => Gelu(gate) * value)]));
        }

        return gates;
    }

    private double[] Cross(string name, double[] normed, double[][] memory)
    {
        double[] q = Times($"{name}.q.weight", normed);
        double[][] k = [.. memory.Select(state => Times($"{name}.k.weight", state))], v = [.. memory.Select(state => Times($"{name}.v.weight", state))];
        int width = q.Length / heads;
        double[] read = new double[q.Length];
        for (int head = 0; head < heads; head++)
        {
            int from = head * width;
            double[] scores = [.. k.Select(key => Enumerable.Range(from, width).Sum(i => q[i] * key[i]))];
            double[] weights = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
            for (int i = from; i < from + width; i++)
            {
                read[i] = weights.Zip(v, (weight, value) => weight * value[i]).Sum() / weights.Sum();
            }
        }

        return Times($"{name}.o.weight", read);
    }

    private double[] Norm(double[] x, string name)
    {
        double scale = 1 / Math.Sqrt(x.Average(value => value * value) + Epsilon);
        return [.. x.Zip(file.ReadFloats(name), (value, weight) => value * scale * weight)];
    }

    private double[] Times(string name, double[] x)
    {
        float[] weights = file.ReadFloats(name);
        return [.. weights.Chunk(x.Length).Select(row => row.Zip(x, (weight, value) => weight * value).Sum())];
    }

    private double[] Row(string name, int row) => [.. file.ReadFloats(name).AsSpan(row * dim, dim).ToArray().Select(value => (double)value)];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));
}
