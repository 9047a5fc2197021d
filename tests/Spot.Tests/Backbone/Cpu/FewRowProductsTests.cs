using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Products of few rows against sums in double, for widths that fill no vector and outputs that fill no tile.</summary>
public unsafe class FewRowProductsTests
{
    [Theory]
    [InlineData(4, 32)]
    [InlineData(7, 33)]
    [InlineData(64, 80)]
    [InlineData(31, 512)]
    public void Every_output_of_every_row_is_the_sum(int outputs, int inputs)
    {
        TorchRuntime.EnsureLoaded();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            for (int rows = 1; rows <= 9; rows++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor w = tensor(NumberStream.Uniform("w", outputs * inputs, 2), [outputs, inputs]).to(type);
                float[] x = NumberStream.Uniform("x", rows * inputs, 2);
                foreach (bool add in (bool[])[false, outputs % FewRowProducts.Tile == 0])
                {
                    Compare(TestModels.Floats(w), x, Multiply(w, x, rows, add), rows, inputs, add ? 1 : 0);
                }
            }
        }
    }

    [Fact]
    public void A_row_is_the_same_to_the_bit_beside_any_others()
    {
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        const int outputs = 12, inputs = 176, rows = 7;
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            Tensor w = tensor(NumberStream.Uniform("w", outputs * inputs, 2), [outputs, inputs]).to(type);
            float[] x = NumberStream.Uniform("x", rows * inputs, 2);
            float[] together = Multiply(w, x, rows, add: false);
            for (int row = 0; row < rows; row++)
            {
                Assert.Equal(Multiply(w, x[(row * inputs)..((row + 1) * inputs)], 1, add: false), together[(row * outputs)..((row + 1) * outputs)]);
            }
        }
    }

    // On top of ones where it is added.
    private static float[] Multiply(Tensor weight, float[] x, int rows, bool add)
    {
        FewRowMatrix w = new(weight);
        float[] arranged = new float[x.Length], y = new float[rows * w.Outputs];
        Array.Fill(y, add ? 1 : float.NaN);
        fixed (float* from = x, to = arranged, into = y)
        {
            for (int row = 0; row < rows; row++)
            {
                float* source = from + (row * w.Inputs), target = to + (row * w.Inputs);
                if (w.IsHalf)
                {
                    FewRowAttention.Arrange<HalfLanes>(source, target, w.Inputs);
                }
                else
                {
                    FewRowAttention.Arrange<SingleLanes>(source, target, w.Inputs);
                }
            }

            FewRowProducts.Multiply(w, 0, w.Outputs, to, rows, into, w.Outputs, add);
        }

        return y;
    }

    private static void Compare(float[] w, float[] x, float[] y, int rows, int inputs, double start)
    {
        int outputs = y.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            for (int output = 0; output < outputs; output++)
            {
                double sum = start;
                for (int i = 0; i < inputs; i++)
                {
                    sum += (double)w[(output * inputs) + i] * x[(row * inputs) + i];
                }

                Assert.Equal(sum, y[(row * outputs) + output], 1e-4);
            }
        }
    }
}
