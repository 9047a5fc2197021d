using Spot.Similarity;

namespace Spot.Tests.Similarity;

public class KernelsTests
{
    public static TheoryData<int> Widths() => [.. Enumerable.Range(0, 70), 512, 768, 1023];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Reductions_have_the_same_bits_as_sixteen_scalar_lanes(int width)
    {
        float[] x = NumberStream.Uniform("kernels/x", width, 3);
        double[] wide = Array.ConvertAll(x, value => (double)value);
        double[] y = Array.ConvertAll(NumberStream.Uniform("kernels/y", width, 5), value => value / 3.0);
        Assert.Equal(Lanes(wide, y), Kernels.Dot(wide, y));
        Assert.Equal(Lanes(wide, wide), Kernels.SumOfSquares(x));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Scaled_rows_are_added_element_by_element(int width)
    {
        float[] row = NumberStream.Uniform("kernels/row", width, 7);
        double[] sum = Array.ConvertAll(NumberStream.Uniform("kernels/sum", width, 9), value => value / 7.0);
        double[] expected = [.. sum.Select((value, i) => value + (row[i] * 0.3))];
        Kernels.AddScaled(row, 0.3, sum);
        Assert.Equal(expected, sum);
    }

    [Fact]
    public void A_sum_does_not_depend_on_where_the_row_lies()
    {
        double[] row = Array.ConvertAll(NumberStream.Uniform("kernels/place", 77, 1), value => (double)value);
        double[] many = new double[row.Length + 64];
        double expected = Kernels.Dot(row, row);
        for (int offset = 0; offset < 64; offset++)
        {
            row.CopyTo(many, offset);
            Assert.Equal(expected, Kernels.Dot(many.AsSpan(offset, row.Length), row));
        }
    }

    private static double Lanes(double[] x, double[] y)
    {
        double[] lanes = new double[16];
        int whole = x.Length / 16 * 16;
        for (int i = 0; i < whole; i++)
        {
            lanes[i % 16] += x[i] * y[i];
        }

        for (int half = 8; half >= 1; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        double rest = 0;
        for (int i = whole; i < x.Length; i++)
        {
            rest += x[i] * y[i];
        }

        return lanes[0] + rest;
    }
}
