namespace Spot.Studies;

/// <summary>A way to tune targets, to be compared with others.</summary>
/// <param name="Name">What it is called; also the part of its units' names, where anything but letters, digits, dashes and underscores becomes an underscore.</param>
/// <param name="Options">How; the seed is replaced by the target's.</param>
public sealed record TuningSetting(string Name, TuningOptions Options);
