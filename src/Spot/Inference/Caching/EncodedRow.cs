using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>The encoder's states of one input behind its prompt, without padding.</summary>
/// <param name="states">Outlives dispose scopes. // [length, d]</param>
internal sealed class EncodedRow(Tensor states) : IDisposable
{
    /// <summary>// [length, d]</summary>
    public Tensor States { get; } = states;

    public int Length { get; } = (int)states.size(0);

    public long Bytes { get; } = states.NumberOfElements * states.ElementSize;

    public void Dispose() => States.Dispose();
}
