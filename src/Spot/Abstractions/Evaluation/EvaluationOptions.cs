namespace Spot;

/// <summary>How examples are answered when a prompt is evaluated. The defaults are those of the papers.</summary>
/// <remarks>Mutable; copied when used.</remarks>
public sealed class EvaluationOptions
{
    /// <summary>How examples are answered.</summary>
    /// <value><see cref="EvaluationMethod.Decoding"/>.</value>
    public EvaluationMethod Method { get; set; } = EvaluationMethod.Decoding;

    /// <summary>Inputs are cut to this many tokens, end of sequence included; at least 1.</summary>
    /// <value>512.</value>
    public int MaxInputLength { get; set; } = 512;

    /// <summary>Labels, and answers of a task without labels, are cut to this many tokens, end of sequence included; at least 1.</summary>
    /// <value>62.</value>
    public int MaxTargetLength { get; set; } = 62;

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public EvaluationOptions Clone() => (EvaluationOptions)MemberwiseClone();
}
