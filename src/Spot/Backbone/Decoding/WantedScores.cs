namespace Spot.Backbone;

/// <summary>Which scores of a row are wanted. The others may be computed or be −∞.</summary>
internal readonly record struct WantedScores
{
    /// <summary>All, the default.</summary>
    public static WantedScores All => default;

    /// <summary>How many of the largest, with all that equal the least of them; 0 where it is not a matter of how many.</summary>
    public int Count { get; private init; }

    /// <summary>The tokens whose scores are wanted; null where it is not a matter of which.</summary>
    public int[]? Ids { get; private init; }

    /// <summary>Some of the largest.</summary>
    /// <param name="count">How many, at least 1.</param>
    public static WantedScores Best(int count) => new() { Count = count };

    /// <summary>Those of some tokens.</summary>
    /// <param name="ids">The tokens.</param>
    public static WantedScores Of(int[] ids) => new() { Ids = ids };
}
