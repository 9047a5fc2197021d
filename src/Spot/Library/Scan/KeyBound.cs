using System.Runtime.InteropServices;

namespace Spot.Library;

/// <summary>What is known of a key's copy in 8 bits, rounded so that nothing is promised that does not hold.</summary>
/// <param name="Scale">key ≈ scale · codes.</param>
/// <param name="Residual">At least |key − scale · codes|.</param>
/// <param name="Norm">At least |scale · codes|.</param>
/// <param name="Tag">Searches name one: keys with another tag are not compared.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct KeyBound(float Scale, float Residual, float Norm, int Tag);
