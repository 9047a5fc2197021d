namespace Spot;

/// <summary>How demonstrations are put in front of an example. The text is: input, mark, target, separator, … , the example's input, mark.</summary>
/// <remarks>Mutable until used. Texts are joined as they are; a T5 tokenizer reads any run of blanks and line breaks as one blank.</remarks>
public sealed class FewShotOptions
{
    /// <summary>The number of demonstrations, at least 0; with fewer training examples all of them are used.</summary>
    /// <value>8.</value>
    public int Demonstrations { get; set; } = 8;

    /// <summary>Stands between a demonstration's input and its target and, without the blanks at its end, behind the example's input.</summary>
    /// <value>A blank.</value>
    public string TargetMark { get; set; } = " ";

    /// <summary>Stands behind each demonstration.</summary>
    /// <value><c>" ; "</c>, which every T5 vocabulary has.</value>
    public string Separator { get; set; } = " ; ";

    /// <summary>
    /// The most tokens of an input, end of sequence included, at least 1: what <see cref="EvaluationOptions.MaxInputLength"/> of the evaluation says.
    /// </summary>
    /// <value>512.</value>
    public int MaxInputLength { get; set; } = 512;

    /// <summary>Decides which training examples are shown, and in which order.</summary>
    /// <value>0.</value>
    public long Seed { get; set; }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public FewShotOptions Clone() => (FewShotOptions)MemberwiseClone();
}
