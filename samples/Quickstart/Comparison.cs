namespace Spot.Samples.Quickstart;

/// <summary>One seed's scores on held-out examples, 0 … 100, and the source that transfer chose.</summary>
internal sealed record Comparison(double PromptTuning, double Transfer, string Source);
