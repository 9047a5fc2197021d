using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Tests.Backbone;

/// <summary>The softmax kernels against libtorch in float64.</summary>
public sealed class SoftmaxKernelsTests : IDisposable
{
    private readonly DisposeScope _scope;

    public SoftmaxKernelsTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(5, true)]
    [InlineData(16, true)]
    [InlineData(37, false)]
    [InlineData(37, true)]
    [InlineData(4100, true)]
    public void Softmax_equals_the_reference_at_any_width(int keys, bool masked)
    {
        Tensor scores = Values("scores", 20, 3, 2, 4, keys), bias = Values("bias", 10, 1, 2, 4, keys);
        Tensor? mask = masked ? Mask(3, keys) : null;
        Tensor expected = Reference(scores, bias, mask);
        SoftmaxKernels.Softmax(scores, bias, mask);
        Assert.True((scores.to(ScalarType.Float64) - expected).abs().max().item<double>() < 3e-7);
        Assert.All(TestModels.Floats(scores.sum([-1])), sum => Assert.Equal(1, sum, 2e-6));
        if (mask is not null)
        {
            Assert.Equal(0, scores.masked_select(mask.isinf().expand_as(scores)).abs().sum().item<float>()); // a masked key gets nothing at all
        }
    }

    [Theory]
    [InlineData(37, false)]
    [InlineData(37, true)]
    public void Softmax_may_have_no_bias(int keys, bool masked)
    {
        Tensor scores = Values("scores", 20, 3, 2, 4, keys);
        Tensor? mask = masked ? Mask(3, keys) : null;
        Tensor expected = Reference(scores, zeros_like(scores), mask);
        SoftmaxKernels.Softmax(scores, null, mask);
        Assert.True((scores.to(ScalarType.Float64) - expected).abs().max().item<double>() < 3e-7);
    }

    [Fact]
    public void Softmax_keeps_its_relative_precision_far_below_the_largest_score()
    {
        Tensor scores = tensor([.. Enumerable.Range(0, 217).Select(i => -0.37f * i)], [1, 1, 1, 217]);
        Tensor expected = Reference(scores, zeros_like(scores), null);
        SoftmaxKernels.Softmax(scores, zeros_like(scores), null);
        Assert.True(((scores.to(ScalarType.Float64) / expected) - ones_like(expected)).abs().max().item<double>() < 1e-6);
    }

    [Fact]
    public void In_bfloat16_only_the_result_is_rounded()
    {
        Tensor scores = Values("scores", 20, 2, 2, 4, 37).to(ScalarType.BFloat16), bias = Values("bias", 10, 1, 2, 4, 37);
        Tensor expected = Reference(scores, bias, null);
        SoftmaxKernels.Softmax(scores, bias, null);
        Tensor error = (scores.to(ScalarType.Float64) - expected).abs() / expected;
        Assert.True(error.max().item<double>() < 1.01 / 256); // half a unit of an 8-bit mantissa
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void Gradient_equals_automatic_differentiation(int keys)
    {
        Tensor scores = Values("scores", 6, 3, 2, 4, keys), gradient = Values("gradient", 2, 3, 2, 4, keys);
        Tensor leaf = scores.to(ScalarType.Float64).requires_grad_();
        Tensor p = F.softmax(leaf, -1);
        (p * gradient.to(ScalarType.Float64)).sum().backward();
        SoftmaxKernels.Gradient(gradient, p.detach().to(ScalarType.Float32));
        Assert.True((gradient.to(ScalarType.Float64) - leaf.grad!).abs().max().item<double>() < 1e-6);
    }

    [Fact]
    public void Neighbouring_memory_is_left_alone()
    {
        Tensor memory = Values("memory", 1, 5, 1, 1, 7), before = memory.clone();
        Tensor middle = memory.narrow(0, 2, 1);
        SoftmaxKernels.Softmax(middle, zeros(1, 1, 1, 7), null);
        foreach (int row in new[] { 0, 1, 3, 4 })
        {
            Assert.Equal(TestModels.Floats(before[row]), TestModels.Floats(memory[row]));
        }
    }

    private static Tensor Reference(Tensor scores, Tensor bias, Tensor? mask)
    {
        Tensor sum = scores.to(ScalarType.Float64).Plus(bias.to(ScalarType.Float64));
        return F.softmax(mask is null ? sum : sum.Plus(mask.to(ScalarType.Float64)), -1);
    }

    // Row i has all but its last 2 i keys.
    private static Tensor Mask(int rows, int keys)
    {
        float[] values = new float[rows * keys];
        for (int row = 0; row < rows; row++)
        {
            int padding = Math.Min(2 * row, keys - 1);
            values.AsSpan(((row + 1) * keys) - padding, padding).Fill(float.NegativeInfinity);
        }

        return tensor(values, [rows, 1, 1, keys]);
    }

    private static Tensor Values(string name, double scale, params long[] shape) =>
        tensor(NumberStream.Uniform(name, (int)shape.Aggregate((a, b) => a * b), scale), shape);
}
