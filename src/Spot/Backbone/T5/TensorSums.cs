using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// Sums of tensors. TorchSharp's <c>+</c>, <c>add(x)</c> and <c>add_(x)</c> make a temporary <see cref="Scalar"/> for the factor 1, which the garbage
/// collector may free while native code reads it; here the factor is kept.
/// </summary>
internal static class TensorSums
{
    /// <summary>The number 1, kept.</summary>
    public static readonly Scalar One = 1;

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y for a number that the caller keeps.</summary>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, One);

    /// <summary>x², for which <c>square()</c> makes a temporary exponent.</summary>
    public static Tensor Squared(this Tensor x) => x * x;

    /// <summary>Adds y to x in place.</summary>
    public static void Accumulate(this Tensor x, Tensor y) => x.add_(y, One);
}
