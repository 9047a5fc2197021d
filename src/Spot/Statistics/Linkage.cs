namespace Spot.Statistics;

/// <summary>How far apart two clusters are.</summary>
public enum Linkage
{
    /// <summary>The mean distance of their members (UPGMA); the default of usual cluster maps.</summary>
    Average,

    /// <summary>The largest distance of their members.</summary>
    Complete,

    /// <summary>The smallest distance of their members.</summary>
    Single,

    /// <summary>Ward's increase of the variance, computed from the given distances as if they were Euclidean.</summary>
    Ward,
}
