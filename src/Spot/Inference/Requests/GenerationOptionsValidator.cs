namespace Spot.Inference;

/// <summary>Whether options of a request agree with each other and with what they mean.</summary>
internal static class GenerationOptionsValidator
{
    /// <exception cref="ArgumentException">An option is out of range, or contradicts another.</exception>
    public static void Check(GenerationOptions options, int maxRows)
    {
        AtLeast(nameof(options.MaxNewTokens), options.MaxNewTokens ?? 1, 1);
        AtLeast(nameof(options.MinNewTokens), options.MinNewTokens, 0);
        AtLeast(nameof(options.TopK), options.TopK, 0);
        AtLeast(nameof(options.NoRepeatNGram), options.NoRepeatNGram, 0);
        AtLeast(nameof(options.Samples), options.Samples, 1);
        AtLeast(nameof(options.Beams), options.Beams, 1);
        Unless(double.IsFinite(options.Temperature) && options.Temperature >= 0, nameof(options.Temperature), options.Temperature, "a finite number of at least 0");
        Unless(options.TopP is > 0 and <= 1, nameof(options.TopP), options.TopP, "above 0 and at most 1");
        Unless(double.IsFinite(options.RepetitionPenalty) && options.RepetitionPenalty > 0, nameof(options.RepetitionPenalty), options.RepetitionPenalty, "a finite number above 0");
        Unless(double.IsFinite(options.LengthPenalty), nameof(options.LengthPenalty), options.LengthPenalty, "a finite number");
        if (options.StopStrings.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("StopStrings holds an empty text, which would end every answer at once; leave it out.", nameof(options));
        }

        foreach (string? problem in Contradictions(options, maxRows).OfType<string>())
        {
            throw new ArgumentException(problem, nameof(options));
        }
    }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static void Check(ClassificationOptions options)
    {
        double temperature = options.Temperature ?? 1;
        Unless(double.IsFinite(temperature) && temperature > 0, nameof(options.Temperature), temperature, "a finite number above 0");
        Unless(options.AbstainBelow is >= 0 and <= 1, nameof(options.AbstainBelow), options.AbstainBelow, "0 to 1");
    }

    private static string?[] Contradictions(GenerationOptions options, int maxRows)
    {
        bool draws = options.Temperature > 0, beams = options.Beams > 1, chosen = options.Choices is not null || options.PrefixTree is not null;
        int rows = Math.Max(options.Beams, options.Samples);
        return
        [
            If(draws && beams, $"Found a Temperature of {options.Temperature} and {options.Beams} Beams, expected one of them: beams are not drawn."),
            If(!draws && !beams && options.Samples > 1, $"Found {options.Samples} Samples of the most likely tokens, which are all the same. Set a Temperature, or as many Beams."),
            If(beams && options.Samples > options.Beams, $"Found {options.Samples} Samples of {options.Beams} Beams, expected no more samples than beams."),
            If(!draws && (options.TopK > 0 || options.TopP < 1), $"Found TopK {options.TopK} and TopP {options.TopP} without a Temperature, which would not count. Set one, for example 1."),
            If(options.Choices is not null && options.PrefixTree is not null, "Found Choices and a PrefixTree, expected one of them."),
            If(chosen && (options.StopStrings.Count > 0 || options.NoRepeatNGram > 0 || options.MinNewTokens > 0),
                "Found StopStrings, NoRepeatNGram or MinNewTokens together with Choices or a PrefixTree, which they could make impossible. Leave them out."),
            If(rows > maxRows, $"Found {rows} samples or beams, expected at most {maxRows}, the MaxRows of this inference."),
        ];

        static string? If(bool wrong, string problem) => wrong ? problem : null;
    }

    private static void AtLeast(string option, int value, int least) => Unless(value >= least, option, value, $"at least {least}");

    private static void Unless(bool right, string option, object value, string expected)
    {
        if (!right)
        {
            throw new ArgumentException(FormattableString.Invariant($"{option} is {value}; expected {expected}. Leave it as it is for the default."), nameof(option));
        }
    }
}
