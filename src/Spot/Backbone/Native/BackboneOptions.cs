namespace Spot.Backbone;

/// <summary>How a backbone is loaded.</summary>
public sealed class BackboneOptions
{
    /// <summary>Where it computes: <c>auto</c> (CUDA, else Apple's MPS, else the CPU), <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>mps</c>.</summary>
    /// <value><c>auto</c>.</value>
    public string Device { get; set; } = "auto";

    /// <summary>The type of the weights.</summary>
    /// <value><see cref="BackbonePrecision.Auto"/>.</value>
    public BackbonePrecision Precision { get; set; } = BackbonePrecision.Auto;

    /// <summary>The number of CPU threads, at least 1; null leaves libtorch's choice. It holds for the whole process.</summary>
    /// <value>null.</value>
    public int? Threads { get; set; }

    internal BackboneOptions Clone() => (BackboneOptions)MemberwiseClone();
}
