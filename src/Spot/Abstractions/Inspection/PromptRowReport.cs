namespace Spot;

/// <summary>What a row of a prompt looks like.</summary>
public sealed record PromptRowReport
{
    /// <summary>Its place, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Its Euclidean norm.</summary>
    public required double Norm { get; init; }

    /// <summary>The Euclidean distance from its start; null where that is not known.</summary>
    public double? Moved { get; init; }

    /// <summary>The cosine with its start; null where that is not known.</summary>
    public double? StartCosine { get; init; }

    /// <summary>The prompt's score with this row as it was at the start, 0 … 100; null where it was not tried. The less, the more the row matters.</summary>
    public double? ScoreWithoutRow { get; init; }

    /// <summary>The tokens with the highest cosines, the highest first.</summary>
    public required IReadOnlyList<NearestToken> ByCosine { get; init; }

    /// <summary>The tokens at the smallest distances, the smallest first.</summary>
    public required IReadOnlyList<NearestToken> ByDistance { get; init; }
}
