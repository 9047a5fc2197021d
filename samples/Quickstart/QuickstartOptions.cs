using Spot.Backbone;

namespace Spot.Samples.Quickstart;

/// <summary>What the command line asks for.</summary>
internal sealed record QuickstartOptions(
    string Model, string Data, string Target, string? Library, int SourceSteps, int TargetSteps, int Seeds, int K, string Device, BackbonePrecision Precision,
    IReadOnlyList<string> Ask);
