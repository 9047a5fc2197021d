namespace Spot.Benchmarks.Inference;

/// <summary>What a request of the soak asks for.</summary>
internal enum SoakKind
{
    Classify,
    Greedy,
    Score,
    Drawn,
    Embed,
    Beams,
    Streamed,
    Choices,
}
