using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>Writes the most likely next token until the end of sequence. Rows that are done leave.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">The encoded inputs.</param>
    /// <param name="maxTokens">The most tokens to write, at least 1.</param>
    /// <returns>For every row the ids written, end of sequence included if it was reached.</returns>
    public static int[][] Greedy(this FrozenT5 model, EncodedBatch encoded, int maxTokens)
    {
        int[] lengths = encoded.Lengths();
        List<int>[] written = [.. lengths.Select(_ => new List<int>())];
        int[] active = [.. Enumerable.Range(0, lengths.Length)];
        int[] last = [.. lengths.Select(_ => model.Config.DecoderStartId)];
        using DecodingBatch batch = new(model);
        batch.Add(encoded.States, lengths, [.. lengths.Select(_ => maxTokens)]);
        for (int i = 0; i < maxTokens && active.Length > 0; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            int[] next = Best(batch, last);
            for (int row = 0; row < active.Length; row++)
            {
                written[active[row]].Add(next[row]);
            }

            int[] going = [.. Enumerable.Range(0, active.Length).Where(row => next[row] != model.Config.EosId)];
            batch.Keep(going);
            active = [.. going.Select(row => active[row])];
            last = [.. going.Select(row => next[row])];
        }

        return [.. written.Select(row => row.ToArray())];
    }

    /// <summary>Goes one position on; in a dispose scope.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="tokens">The newest token of every row.</param>
    /// <returns>The most likely next token of every row, of equally likely ones the first.</returns>
    public static int[] Best(DecodingBatch batch, ReadOnlySpan<int> tokens)
    {
        WantedScores[] wanted = new WantedScores[tokens.Length];
        Array.Fill(wanted, WantedScores.Best(1));
        torch.Tensor here = batch.Step(tokens, wanted).cpu();
        int size = (int)here.size(1);
        ReadOnlySpan<float> all = MemoryMarshal.Cast<byte, float>(here.bytes);
        int[] best = new int[here.size(0)];
        for (int row = 0; row < best.Length; row++)
        {
            best[row] = TensorPrimitives.IndexOfMax(all.Slice(row * size, size));
        }

        return best;
    }
}
