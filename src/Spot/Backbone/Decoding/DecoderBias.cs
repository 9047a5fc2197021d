using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The decoder's position bias of every head by distance, the furthest first, so that the keys up to any position stand in their order.</summary>
internal sealed unsafe class DecoderBias(FrozenT5 model) : IDisposable
{
    private const int Least = 64;
    private Tensor? _values; // [heads, distances + one vector]
    private int _distances;

    /// <summary>From head to head.</summary>
    public int Stride => _distances + TensorLanes.Count;

    /// <summary>Makes room for a position.</summary>
    public void Reserve(int position)
    {
        if (position < _distances)
        {
            return;
        }

        int distances = Math.Max(Math.Max(Least, 2 * _distances), position + 1);
        using DisposeScope scope = NewDisposeScope();
        using Tensor bias = RelativePosition.Bias(model.Weights[T5Layout.Bias("decoder")], model.Config, bidirectional: false, distances - 1, 1, distances);
        Tensor rows = bias.view(model.Config.Heads, distances).to(ScalarType.Float32); // [heads, distances]
        Tensor padded = cat([rows, zeros(model.Config.Heads, TensorLanes.Count)], 1).contiguous();
        _values?.Dispose();
        _values = padded.DetachFromDisposeScope();
        _distances = distances;
    }

    /// <summary>The bias of head 0 for the keys 0 … position of the query at a position.</summary>
    public float* For(int position) => (float*)TensorLanes.Start(_values!) + (_distances - 1 - position);

    public void Dispose() => _values?.Dispose();
}
