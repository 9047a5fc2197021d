namespace Spot;

/// <summary>How a map between two backbones is fitted. The defaults of <see cref="RecyclerMap.TwoLayer"/> are the authors' code's (Lester et al. 2022).</summary>
/// <remarks>Mutable; copied when used.</remarks>
public sealed class PromptRecyclerOptions
{
    /// <summary>Which map.</summary>
    /// <value><see cref="RecyclerMap.Linear"/>.</value>
    public RecyclerMap Map { get; set; }

    /// <summary>
    /// What is added to the squares of the linear map's inputs, as a share of their mean, above 0: where there are fewer pairs of rows than columns it decides
    /// what the pairs do not.
    /// </summary>
    /// <value>1e-6.</value>
    public double Ridge { get; set; } = 1e-6;

    /// <summary>How many tokens that both vocabularies have are used at most, the most common (the lowest ids of the source) first; at least 2, null for all.</summary>
    /// <value>null.</value>
    public int? MostTokens { get; set; }

    /// <summary>The two-layer map's hidden units, as a multiple of the target's width; at least 1.</summary>
    /// <value>4.</value>
    public int HiddenScale { get; set; } = 4;

    /// <summary>How often the two-layer map sees every pair; at least 1.</summary>
    /// <value>25.</value>
    public int Epochs { get; set; } = 25;

    /// <summary>Pairs of a step of the two-layer map; at least 1.</summary>
    /// <value>50.</value>
    public int BatchSize { get; set; } = 50;

    /// <summary>The two-layer map's learning rate, above 0.</summary>
    /// <value>3e-4.</value>
    public double LearningRate { get; set; } = 3e-4;

    /// <summary>Decides the two-layer map's start and order.</summary>
    /// <value>0.</value>
    public long Seed { get; set; }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public PromptRecyclerOptions Clone() => (PromptRecyclerOptions)MemberwiseClone();

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Map))
        {
            throw new ArgumentOutOfRangeException(nameof(Map), Map, $"Expected one of {string.Join(", ", Enum.GetNames<RecyclerMap>())}.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Ridge);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostTokens ?? 2, 2, nameof(MostTokens));
        ArgumentOutOfRangeException.ThrowIfLessThan(HiddenScale, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LearningRate);
    }
}
