using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Loss and gradient against their formula in double precision.</summary>
public class CrossEntropyKernelTests
{
    [Theory]
    [InlineData(7, 1)]
    [InlineData(300, 16)]
    [InlineData(1000, 37)]
    public void IsTheFormula(int vocabulary, int tokens)
    {
        const double z = 0.01, share = 0.25;
        TorchRuntime.EnsureLoaded();
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, vocabulary * tokens).Select(_ => (random.NextSingle() * 60) - 30)];
        long[] ids = [.. Enumerable.Range(0, tokens).Select(_ => (long)random.Next(vocabulary))];
        using Tensor scores = tensor(values, [vocabulary, tokens]);

        double loss = CrossEntropyKernel.ForwardBackward(scores, ids, z, share);

        float[] gradient = scores.data<float>().ToArray();
        double expectedLoss = 0, worst = 0;
        for (int token = 0; token < tokens; token++)
        {
            double[] column = [.. Enumerable.Range(0, vocabulary).Select(row => (double)values[(row * tokens) + token])];
            double logZ = column.Max() + Math.Log(column.Sum(score => Math.Exp(score - column.Max())));
            expectedLoss += logZ - column[ids[token]];
            for (int row = 0; row < vocabulary; row++)
            {
                double expected = share * ((Math.Exp(column[row] - logZ) * (1 + (2 * z * logZ))) - (row == ids[token] ? 1 : 0));
                worst = Math.Max(worst, Math.Abs(gradient[(row * tokens) + token] - expected));
            }
        }

        Assert.Equal(expectedLoss, loss, 1e-5 * expectedLoss);
        Assert.True(worst < 2e-6, $"The gradient is off by {worst}.");
    }
}
