using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Tests.Backbone;

/// <summary>Attention of sequences that lie one after the other, against libtorch in float64, a sequence and a head at a time.</summary>
public sealed class SequenceAttentionTests : IDisposable
{
    private const int Heads = 3, Longest = 75;
    private static readonly SequencePlace[] Places = [new(0, 1), new(1, 37), new(40, 16), new(56, 8), new(64, Longest), new(139, 33)];
    private readonly DisposeScope _scope;

    public SequenceAttentionTests()
    {
        TorchRuntime.EnsureLoaded();
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(64, ScalarType.Float32, 3e-6)]
    [InlineData(32, ScalarType.Float32, 3e-6)]
    [InlineData(5, ScalarType.Float32, 3e-6)]
    [InlineData(24, ScalarType.Float32, 3e-6)]
    [InlineData(64, ScalarType.BFloat16, 2.01 / 256)]
    [InlineData(20, ScalarType.BFloat16, 2.01 / 256)]
    public void Every_sequence_reads_itself_alone(int width, ScalarType type, double tolerance)
    {
        Tensor q = Values("q", 1, 1, 172, Heads * width).to(type), k = Values("k", 1, 1, 172, Heads * width).to(type), v = Values("v", 1, 1, 172, Heads * width).to(type);
        Tensor bias = Values("bias", 3, Heads, (2 * Longest) - 1);
        Tensor expected = q.to(ScalarType.Float64);
        foreach ((SequencePlace place, int head) in Places.SelectMany(place => Enumerable.Range(0, Heads).Select(head => (place, head))))
        {
            Tensor scores = matmul(Part(q, place, head), Part(k, place, head).t());
            long[] distances = [.. Enumerable.Range(0, place.Length * place.Length).Select(i => (i % place.Length) - (i / place.Length) + Longest - 1L)]; // key − query
            Tensor added = bias[head].index_select(0, tensor(distances)).view(place.Length, place.Length).to(ScalarType.Float64);
            Tensor p = F.softmax(scores.Plus(added), -1);
            expected[0].narrow(0, place.Start, place.Length).narrow(1, head * width, width).copy_(matmul(p, Part(v, place, head)));
        }

        SequenceAttention.Attend(q, k, v, Places, new DistanceBias(bias));
        Assert.InRange((q.to(ScalarType.Float64) - expected).abs().max().item<double>(), 0, tolerance);
        Assert.Equal(TestModels.Floats(Values("q", 1, 1, 172, Heads * width).to(type)[0].narrow(0, 38, 2).to(ScalarType.Float32)), TestModels.Floats(q[0].narrow(0, 38, 2).to(ScalarType.Float32)));

        Tensor Part(Tensor all, SequencePlace place, int head) => all[0].narrow(0, place.Start, place.Length).narrow(1, head * width, width).to(ScalarType.Float64);
    }

    [Fact]
    public void What_lies_between_sequences_counts_nowhere()
    {
        Tensor q = Values("q", 1, 1, 20, 64), k = Values("k", 1, 1, 20, 64), v = Values("v", 1, 1, 20, 64), other = q.clone();
        DistanceBias bias = new(Values("bias", 1, 2, 39));
        SequencePlace[] places = [new(0, 7), new(12, 8)];
        SequenceAttention.Attend(q, k, v, places, bias);
        foreach (Tensor tensor in new[] { k, v })
        {
            tensor[0].narrow(0, 7, 5).copy_(Filled(float.NaN, 5, 64));
        }

        SequenceAttention.Attend(other, k, v, places, bias);
        Assert.Equal(TestModels.Floats(q), TestModels.Floats(other));
    }

    [Fact]
    public void Large_scores_are_shifted_before_they_are_exponentiated()
    {
        Tensor q = Filled(40, 1, 18, 16), k = q.clone(), v = Values("v", 1, 1, 18, 16), mean = v[0].mean([0]);
        SequenceAttention.Attend(q, k, v, [new(0, 18)], new DistanceBias(zeros(1, 35)));
        Assert.InRange((q[0] - mean).abs().max().item<float>(), 0, 1e-6);
    }

    private static Tensor Values(string name, double scale, params long[] shape) =>
        tensor(NumberStream.Uniform(name, (int)shape.Aggregate((a, b) => a * b), scale), shape);

    private static Tensor Filled(float value, params long[] shape) => tensor([.. Enumerable.Repeat(value, (int)shape.Aggregate((a, b) => a * b))], shape);
}
