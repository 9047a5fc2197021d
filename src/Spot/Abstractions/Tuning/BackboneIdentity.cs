namespace Spot;

/// <summary>What of a backbone decides the numbers that it computes.</summary>
/// <param name="Fingerprint">The SHA-256 of its configuration and weights: 64 hex digits.</param>
/// <param name="Precision">What it computes in.</param>
/// <param name="DeviceType">The kind of its device, for example <c>cpu</c> or <c>cuda</c>; cards of one kind are not told apart.</param>
public sealed record BackboneIdentity(string Fingerprint, BackbonePrecision Precision, string DeviceType);
