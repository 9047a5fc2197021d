namespace Spot.Tuning;

/// <summary>An example as ids, cut and closed with end of sequence.</summary>
internal readonly record struct EncodedExample(int[] Input, int[] Target);
