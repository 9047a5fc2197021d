using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>
/// Moves soft prompts to another backbone by a map between the two models' embedding spaces (Lester et al. 2022, <i>Reducing Retraining by Recycling
/// Parameter-Efficient Prompts</i>): as they are, or as a start for tuning there.
/// </summary>
/// <remarks>Immutable; safe for concurrent calls. It holds numbers of its own and neither backbone.</remarks>
public sealed class PromptRecycler
{
    private readonly DenseLayer[] _layers;

    private PromptRecycler(RowPairs pairs, DenseLayer[] layers)
    {
        (SourceFingerprint, TargetFingerprint, _layers) = (pairs.SourceFingerprint, pairs.TargetFingerprint, layers);
        (Pairs, Unexplained) = (pairs.Count, pairs.Unexplained(Apply));
    }

    /// <summary>The fingerprint of the backbone that prompts come from.</summary>
    public string SourceFingerprint { get; }

    /// <summary>The fingerprint of the backbone that they are moved to.</summary>
    public string TargetFingerprint { get; }

    /// <summary>On how many pairs of rows it was fitted.</summary>
    public int Pairs { get; }

    /// <summary>
    /// The share of the target rows' variance, on the pairs that it was fitted on, that the map leaves: 0 for a map that meets them all, 1 for one as good as
    /// their mean.
    /// </summary>
    public double Unexplained { get; }

    /// <summary>Fits a map on the embeddings of the tokens that both vocabularies have (the paper's vocabulary-to-vocabulary): it needs no prompt.</summary>
    /// <param name="source">The backbone that prompts come from; the caller keeps and disposes it.</param>
    /// <param name="target">The backbone that they are moved to; the caller keeps and disposes it.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Checked before it begins and between the epochs of a two-layer map.</param>
    /// <returns>The map.</returns>
    /// <exception cref="ArgumentException">The vocabularies have fewer than two tokens in common, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<PromptRecycler> FromVocabularyAsync(
        T5Backbone source, T5Backbone target, PromptRecyclerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        PromptRecyclerOptions own = Checked(options);
        return await target.RunAsync(() => Fit(SharedTokens.Pairs(source, target, own.MostTokens), target, own, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fits a map on prompts of tasks that both backbones know: row for row, so it needs prompts that began and were tuned alike.</summary>
    /// <param name="pairs">For each task its prompt on the one and on the other, of one length; at least two rows in all.</param>
    /// <param name="target">The backbone of the second prompts; the caller keeps and disposes it.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">As of the other.</param>
    /// <returns>The map.</returns>
    /// <exception cref="ArgumentException">There are fewer than two pairs of rows, two prompts of a pair differ in length, or an option is out of range.</exception>
    /// <exception cref="SpotException">The first prompts belong to several backbones, or one of the second to another than <paramref name="target"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<PromptRecycler> FromPromptsAsync(
        IReadOnlyList<(SoftPrompt Source, SoftPrompt Target)> pairs, T5Backbone target, PromptRecyclerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(target);
        PromptRecyclerOptions own = Checked(options);
        RowPairs rows = RowPairs.Of([.. pairs], target);
        return await target.RunAsync(() => Fit(rows, target, own, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves a prompt.</summary>
    /// <param name="prompt">A prompt of the source backbone.</param>
    /// <returns>Its rows on the target backbone, as many.</returns>
    /// <exception cref="SpotException">The prompt belongs to another backbone or has another width.</exception>
    public SoftPrompt Recycle(SoftPrompt prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (prompt.BackboneFingerprint != SourceFingerprint || prompt.Dim != _layers[0].Inputs)
        {
            throw new SpotException(
                $"The prompt ({prompt.Length} x {prompt.Dim}) belongs to the backbone '{prompt.BackboneFingerprint}', but this map moves prompts of '{SourceFingerprint}' " +
                $"(width {_layers[0].Inputs}). Fit a map from the backbone that the prompt was tuned on.");
        }

        float[] rows = [.. Enumerable.Range(0, prompt.Length).SelectMany(row => Apply(prompt.Row(row).ToArray()))];
        return new SoftPrompt(prompt.Length, _layers[^1].Outputs, rows, TargetFingerprint);
    }

    private float[] Apply(float[] row)
    {
        double[] x = [.. row.Select(value => (double)value)];
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            x = _layers[layer].Apply(x, relu: layer < _layers.Length - 1);
        }

        return [.. x.Select(value => (float)value)];
    }

    private static PromptRecycler Fit(RowPairs pairs, T5Backbone target, PromptRecyclerOptions options, CancellationToken cancellationToken) => new(
        pairs, options.Map == RecyclerMap.Linear
            ? [target.Model.Run(() => RidgeFit.Fit(pairs, options.Ridge))]
            : TwoLayerFit.Fit(pairs, target.Model, options, cancellationToken));

    private static PromptRecyclerOptions Checked(PromptRecyclerOptions? options)
    {
        PromptRecyclerOptions own = options?.Clone() ?? new PromptRecyclerOptions();
        own.Validate();
        return own;
    }
}
