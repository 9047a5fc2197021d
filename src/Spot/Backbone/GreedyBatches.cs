using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Greedy decoding of any number of inputs, batched by length so that little is padded.</summary>
internal static class GreedyBatches
{
    private const int BatchSize = 32;

    /// <param name="model">The model.</param>
    /// <param name="prompt">The soft prompt, or null.</param>
    /// <param name="inputs">Input ids with end of sequence.</param>
    /// <param name="maxTokens">The most tokens to write.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>The ids written for each input, in the order of the inputs.</returns>
    public static int[][] Run(FrozenT5 model, SoftPrompt? prompt, int[][] inputs, int maxTokens, CancellationToken cancellationToken)
    {
        int[][] answers = new int[inputs.Length][];
        int[] byLength = [.. Enumerable.Range(0, inputs.Length).OrderBy(i => inputs[i].Length)];
        using IDisposable noGradient = no_grad();
        using DisposeScope run = NewDisposeScope();
        Tensor? rows = prompt is null ? null : PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, model.Device); // [L, d]
        foreach (int[] batch in byLength.Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            TokenBatch tokens = new([.. batch.Select(i => inputs[i])], model.Config.PadId, model.Device);
            int[][] written = model.Greedy(model.Encode(rows, tokens), maxTokens);
            for (int i = 0; i < batch.Length; i++)
            {
                answers[batch[i]] = written[i];
            }
        }

        return answers;
    }
}
