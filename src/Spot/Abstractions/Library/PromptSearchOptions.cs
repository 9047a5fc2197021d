namespace Spot;

/// <summary>How a prompt library is searched.</summary>
/// <remarks>Copied when a search begins: later changes do not reach it.</remarks>
public sealed class PromptSearchOptions
{
    /// <summary>The ways to compare that a library has keys of: all but <see cref="PromptSimilarity.ActivatedNeurons"/>.</summary>
    public static IReadOnlyList<PromptSimilarity> Searchable { get; } =
        [PromptSimilarity.AverageToken, PromptSimilarity.PerToken, PromptSimilarity.AverageDisplacement, PromptSimilarity.PerTokenDisplacement];

    /// <summary>How many prompts at most, at least 1; more than there are is all of them.</summary>
    /// <value>3: as many as the strategies of transfer take, so that a search shows what they start from.</value>
    public int K { get; set; } = 3;

    /// <summary>How task embeddings are compared.</summary>
    /// <value><see cref="PromptSimilarity.AverageDisplacement"/>.</value>
    /// <remarks>
    /// Where displacements are compared, keys whose start is not known come after all others, compared as they are, and a query whose start is not known is
    /// compared as it is with every key.
    /// </remarks>
    public PromptSimilarity Similarity { get; set; } = PromptSimilarity.AverageDisplacement;

    /// <summary>Which prompts count; null for all.</summary>
    /// <value>null.</value>
    /// <remarks>
    /// Asked by one thread at a time, about the most similar prompts first and about no more than it takes to find <see cref="K"/>; about one prompt perhaps
    /// more than once. What it throws ends the search.
    /// </remarks>
    public Func<PromptInfo, bool>? Filter { get; set; }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public PromptSearchOptions Clone() => (PromptSearchOptions)MemberwiseClone();

    /// <summary>Checks the settings, as every search does when it begins.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="K"/> is below 1, or <see cref="Similarity"/> is none that a library has keys of.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(K, 1);
        if (!Searchable.Contains(Similarity))
        {
            throw new ArgumentOutOfRangeException(nameof(Similarity), Similarity, $"Expected one of {string.Join(", ", Searchable)}: of these a library has keys.");
        }
    }

    /// <summary>A checked copy of what a caller gave.</summary>
    internal static PromptSearchOptions Of(PromptSearchOptions? given)
    {
        PromptSearchOptions own = given?.Clone() ?? new PromptSearchOptions();
        own.Validate();
        return own;
    }
}
