namespace Spot.Benchmarks.Serving;

/// <summary>What a request of the load asks for.</summary>
internal enum LoadKind
{
    Classify,
    Generate,
    Score,
    Embed,
}
