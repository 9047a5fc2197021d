using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Encoder states and the mask of their padding.</summary>
/// <param name="States">// [batch, L + T, d]</param>
/// <param name="Mask">0 or −∞ per key; null when nothing is padded. // [batch, 1, 1, L + T]</param>
internal sealed record EncodedBatch(Tensor States, Tensor? Mask);
