using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>How well targets are predicted.</summary>
/// <param name="NegativeLogLikelihood">Per target token, rows after each other, padding left out. // [tokens], float32</param>
/// <param name="LogZ">The logarithm of each token's softmax denominator, for the z-loss. // [tokens], float32</param>
/// <param name="Tokens">The number of tokens.</param>
internal sealed record TargetScores(Tensor NegativeLogLikelihood, Tensor LogZ, int Tokens);
