using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The relative position bias of the encoder as a number per head and distance, for sequences up to a length.</summary>
internal sealed class DistanceBias
{
    /// <param name="byDistance">The bias of the distances 1 − longest … longest − 1. // [heads, 2 · longest − 1]</param>
    public DistanceBias(Tensor byDistance)
    {
        Heads = (int)byDistance.size(0);
        int distances = (int)byDistance.size(1);
        Longest = (distances + 1) / 2;
        Stride = distances + TensorLanes.Count;
        Values = new float[Heads * Stride];
        float[] all = byDistance.to(ScalarType.Float32).data<float>().ToArray();
        for (int head = 0; head < Heads; head++)
        {
            all.AsSpan(head * distances, distances).CopyTo(Values.AsSpan(head * Stride));
        }
    }

    public int Heads { get; }

    /// <summary>The most positions of a sequence.</summary>
    public int Longest { get; }

    /// <summary>From head to head; a vector may be read at every distance.</summary>
    public int Stride { get; }

    /// <summary>The bias of key − query = 0 stands at <see cref="Longest"/> − 1. // [heads, stride]</summary>
    public float[] Values { get; }
}
