namespace Spot;

/// <summary>How labels are compared.</summary>
/// <remarks>Mutable; copied when used.</remarks>
public sealed class ClassificationOptions
{
    /// <summary>Whether a label's log-probability is divided by its number of tokens; null for how the prompt was evaluated, or else not.</summary>
    /// <value>null.</value>
    public bool? PerToken { get; set; }

    /// <summary>
    /// What labels' scores are divided by before they become probabilities, above 0: above 1 makes them less certain. Null for the prompt's
    /// <see cref="PromptInfo.CalibrationTemperature"/> where its own labels are compared as it was fitted, or else 1.
    /// </summary>
    /// <value>null.</value>
    public double? Temperature { get; set; }

    /// <summary>Below this probability of the best label there is no answer; 0 to 1, and 0 for always an answer.</summary>
    /// <value>0.</value>
    public double AbstainBelow { get; set; }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public ClassificationOptions Clone() => (ClassificationOptions)MemberwiseClone();
}
