namespace Spot;

/// <summary>How an answer is decoded. The defaults take the most likely token at each place.</summary>
/// <remarks>
/// Mutable; copied when used. Penalties and limits act on the scores in the order of Hugging Face's <c>generate</c>: repetition penalty, no-repeat n-grams,
/// minimum length, then temperature, top-k and top-p. A choice (<see cref="Choices"/>, <see cref="PrefixTree"/>) comes before all of them.
/// </remarks>
public sealed class GenerationOptions
{
    /// <summary>The most tokens to write, end of sequence included; at least 1. Null for the target length that the prompt was tuned with, or else 64.</summary>
    /// <value>null.</value>
    public int? MaxNewTokens { get; set; }

    /// <summary>The end of sequence cannot come before this many tokens; at least 0.</summary>
    /// <value>0.</value>
    public int MinNewTokens { get; set; }

    /// <summary>Above 0 tokens are drawn, from the scores divided by it; 0 takes the most likely ones.</summary>
    /// <value>0.</value>
    public double Temperature { get; set; }

    /// <summary>Draws among this many most likely tokens; 0 for all.</summary>
    /// <value>0.</value>
    public int TopK { get; set; }

    /// <summary>Draws among the fewest most likely tokens whose probabilities sum to at least this; above 0, at most 1.</summary>
    /// <value>1.</value>
    public double TopP { get; set; } = 1;

    /// <summary>Decides what is drawn: the same seed gives the same text, whatever else is computed beside it.</summary>
    /// <value>0.</value>
    public long Seed { get; set; }

    /// <summary>How many answers are drawn, or of how many beams the best are returned; at least 1.</summary>
    /// <value>1.</value>
    public int Samples { get; set; } = 1;

    /// <summary>Scores of tokens that were written are divided by it where above 0 and multiplied else; above 0, and 1 for no penalty.</summary>
    /// <value>1.</value>
    public double RepetitionPenalty { get; set; } = 1;

    /// <summary>No sequence of this many tokens is written twice; 0 for no limit.</summary>
    /// <value>0.</value>
    public int NoRepeatNGram { get; set; }

    /// <summary>Beams of a beam search; 1 for none.</summary>
    /// <value>1.</value>
    public int Beams { get; set; } = 1;

    /// <summary>The log-probability of a beam is divided by its number of tokens to this power: above 0 favours long answers.</summary>
    /// <value>1.</value>
    public double LengthPenalty { get; set; } = 1;

    /// <summary>Whether beam search ends as soon as as many answers are complete as there are beams, and not when no better one can be expected.</summary>
    /// <value>false.</value>
    public bool EarlyStopping { get; set; }

    /// <summary>The answer ends before the first of these texts, none of them empty. A beam that holds one is complete, and its score is of all of its tokens.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<string> StopStrings { get; set; } = [];

    /// <summary>The only answers that are allowed; null for any.</summary>
    /// <value>null.</value>
    public IReadOnlyList<string>? Choices { get; set; }

    /// <summary>The only sequences of token ids that are allowed; null for any.</summary>
    /// <value>null.</value>
    public PrefixTree? PrefixTree { get; set; }

    /// <summary>Whether <see cref="GeneratedText.TokenLogProbabilities"/> are computed.</summary>
    /// <value>false.</value>
    public bool LogProbabilities { get; set; }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy; it shares the prefix tree.</returns>
    public GenerationOptions Clone()
    {
        GenerationOptions copy = (GenerationOptions)MemberwiseClone();
        copy.StopStrings = StopStrings is null ? [] : [.. StopStrings];
        copy.Choices = Choices is null ? null : [.. Choices];
        return copy;
    }
}
