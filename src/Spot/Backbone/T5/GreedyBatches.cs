namespace Spot.Backbone;

/// <summary>Greedy decoding of any number of inputs.</summary>
internal static class GreedyBatches
{
    /// <param name="model">The model.</param>
    /// <param name="prompts">The soft prompts, at least one; null for the bare model.</param>
    /// <param name="inputs">Input ids with end of sequence.</param>
    /// <param name="maxTokens">The most tokens to write.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>The ids written by prompt, then by input.</returns>
    public static int[][][] Run(
        FrozenT5 model, IReadOnlyList<SoftPrompt?> prompts, int[][] inputs, int maxTokens, CancellationToken cancellationToken) =>
        PromptedBatches.Run(model, prompts, inputs, encoded => model.Greedy(encoded, maxTokens), cancellationToken);
}
