namespace Spot;

/// <summary>What carries a prompt's rows from one backbone to another.</summary>
public enum RecyclerMap
{
    /// <summary>One product and a bias, by least squares with a ridge.</summary>
    Linear,

    /// <summary>Two products with ReLU between them, by Adam.</summary>
    TwoLayer,
}
