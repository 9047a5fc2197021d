namespace Spot.Inference;

/// <summary>What is wrong with options.</summary>
internal static class PromptInferenceOptionsValidator
{
    /// <summary>The options that are wrong, each with what was found, what is expected, and what to do.</summary>
    public static IEnumerable<(string Option, string Problem)> Problems(PromptInferenceOptions options)
    {
        (string Option, long Value, long Least)[] all =
        [
            (nameof(options.MaxRows), options.MaxRows, 1), (nameof(options.EncoderTokens), options.EncoderTokens, 1), (nameof(options.QueueCapacity), options.QueueCapacity, 1),
            (nameof(options.PromptCacheBytes), options.PromptCacheBytes, 0), (nameof(options.EncoderCacheBytes), options.EncoderCacheBytes, 0),
        ];
        return all.Where(option => option.Value < option.Least)
            .Select(option => (option.Option, $"is {option.Value}; expected at least {option.Least}. Leave it as it is for the default."));
    }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static void Check(PromptInferenceOptions options)
    {
        foreach ((string option, string problem) in Problems(options))
        {
            throw new ArgumentException($"{option} {problem}", nameof(options));
        }
    }
}
