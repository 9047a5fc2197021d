using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>A weight matrix on the CPU as the products of few rows read it. The tensor must stay alive.</summary>
internal readonly unsafe struct FewRowMatrix
{
    /// <param name="weight">Contiguous, float32 or bfloat16. // [outputs, inputs]</param>
    public FewRowMatrix(Tensor weight)
    {
        Start = (byte*)TensorLanes.Start(weight);
        Outputs = (int)weight.size(0);
        Inputs = (int)weight.size(1);
        IsHalf = weight.dtype == ScalarType.BFloat16;
    }

    public byte* Start { get; }

    public int Outputs { get; }

    public int Inputs { get; }

    /// <summary>Whether it is bfloat16.</summary>
    public bool IsHalf { get; }
}
