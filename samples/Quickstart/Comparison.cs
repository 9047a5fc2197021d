namespace Spot.Samples.Quickstart;

/// <summary>One seed's scores on held-out examples, 0 … 100, the source that transfer chose, and what it gave.</summary>
internal sealed record Comparison(double PromptTuning, double Transfer, string Source, TuningResult Transferred);
