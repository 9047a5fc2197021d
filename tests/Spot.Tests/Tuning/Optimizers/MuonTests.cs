using Spot.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>Muon against what its authors say of it.</summary>
public class MuonTests
{
    private const double Rate = 0.01;

    public MuonTests() => TorchRuntime.EnsureLoaded();

    [Theory]
    [InlineData(24, 24)]
    [InlineData(16, 48)]
    [InlineData(48, 16)]
    public void A_step_has_the_gradients_singular_vectors_and_the_published_polynomial_of_its_values(int rows, int columns)
    {
        float[] gradient = NumberStream.Uniform($"gradient {rows} {columns}", rows * columns, 1);
        float[] start = NumberStream.Uniform($"start {rows} {columns}", rows * columns, 1);
        float[] moved = [.. start];
        new Muon(Options(0), rows, columns).Apply(moved, gradient);
        double unit = Rate * Size(start) * Math.Sqrt(Math.Max(rows, columns));
        using DisposeScope scope = NewDisposeScope();
        Tensor step = tensor([.. start.Zip(moved, (before, after) => (float)((before - after) / unit))], [rows, columns]);
        (Tensor u, Tensor values, Tensor vt) = linalg.svd(tensor(gradient, [rows, columns]), fullMatrices: false);
        float[] found = matmul(matmul(u.t(), step), vt.t()).data<float>().ToArray(); // diagonal if the singular vectors are the gradient's
        double norm = Math.Sqrt(gradient.Sum(value => (double)value * value));
        double[] expected = [.. values.data<float>().Select(value => Polynomial(value / norm))];
        for (int i = 0; i < found.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, expected.Length);
            Assert.Equal(row == column ? expected[row] : 0, found[i], 2e-3);
        }

        Assert.InRange(expected.Max(), 0.7, 1.3);

        // Five times, with the numbers of the authors' code.
        static double Polynomial(double x)
        {
            for (int i = 0; i < 5; i++)
            {
                x = (3.4445 * x) - (4.7750 * x * x * x) + (2.0315 * Math.Pow(x, 5));
            }

            return x;
        }
    }

    [Fact]
    public void A_steps_size_is_relative_to_the_matrix_and_not_to_the_gradient()
    {
        foreach ((float size, float gradientSize) in new[] { (1f, 1f), (64f, 1f), (1f, 1e-4f), (0.05f, 300f) })
        {
            float[] start = NumberStream.Uniform("start", 32 * 64, size);
            float[] moved = [.. start];
            new Muon(Options(0.95), 32, 64).Apply(moved, NumberStream.Uniform("gradient", 32 * 64, gradientSize), 0.5);
            double step = Size([.. start.Zip(moved, (before, after) => before - after)]);
            Assert.InRange(step / (0.5 * Rate * Size(start)), 0.55, 1.2); // 32 singular values of 64 columns: √½ of it
        }
    }

    [Fact]
    public void Momentum_is_Nesterovs()
    {
        // On one line, so that only the sign of the direction is left: g + b · (b · m + g) changes sign at a gradient of −b² / (1 + b) times the first.
        foreach ((float second, float sign) in new[] { (-0.45f, 1f), (-0.49f, -1f) })
        {
            float[] line = NumberStream.Uniform("line", 16, 1);
            float[] parameter = NumberStream.Uniform("parameter", 64, 1);
            float[] gradient = new float[64];
            line.CopyTo(gradient, 0); // rank one
            Muon optimizer = new(Options(0.95), 4, 16);
            optimizer.Apply(parameter, gradient);
            float[] before = [.. parameter];
            optimizer.Apply(parameter, [.. gradient.Select(value => second * value)]);
            double along = before.Zip(parameter, (a, b) => a - b).Zip(gradient, (step, g) => (double)step * g).Sum();
            Assert.Equal(sign, Math.Sign(along));
        }
    }

    [Fact]
    public void What_is_no_matrix_of_a_block_gets_the_others_optimizer()
    {
        Assert.IsType<Muon>(OptimizerFactory.Create(new MuonOptions(), 4, 4));
        Assert.IsType<AdamW>(OptimizerFactory.Create(new MuonOptions(), 1, 4));
        Assert.True(T5Layout.IsBlockMatrix("encoder.block.0.layer.0.SelfAttention.q.weight"));
        Assert.All(
            [T5Layout.Shared, T5Layout.Head, T5Layout.EncoderNorm, T5Layout.Bias("decoder"), "decoder.block.1.layer.2.layer_norm.weight"],
            name => Assert.False(T5Layout.IsBlockMatrix(name)));
    }

    [Fact]
    public void AdamW_can_be_relative_to_the_parameter_too()
    {
        float[] gradient = NumberStream.Uniform("gradient", 50, 1);
        float[] plain = NumberStream.Uniform("start", 50, 2), relative = [.. plain];
        double size = Size(plain);
        new AdamW(new AdamWOptions { LearningRate = 0.1 * size, WeightDecay = 0 }, 50).Apply(plain, gradient);
        new AdamW(new AdamWOptions { LearningRate = 0.1, WeightDecay = 0, ScaleParameter = true }, 50).Apply(relative, gradient);
        Assert.Equal(plain, relative);
    }

    private static MuonOptions Options(double momentum) => new() { LearningRate = Rate, Momentum = momentum };

    private static double Size(float[] values) => Math.Sqrt(values.Average(value => (double)value * value));
}
