using Spot.Pretraining;
using Spot.Tokenization;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>The rows of an example's own prompt, as tokens with weights.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Ids">The tokens of all rows.</param>
/// <param name="Rows">The row of each token.</param>
/// <param name="Weights">What each token's embedding is multiplied by before a row is summed.</param>
internal sealed record RowMix(int Count, int[] Ids, int[] Rows, float[] Weights)
{
    /// <summary>Reads rows from text.</summary>
    public static RowMix Of(IReadOnlyList<ComposedRow> rows, T5Tokenizer tokenizer)
    {
        List<int> ids = [], places = [];
        List<float> weights = [];
        for (int row = 0; row < rows.Count; row++)
        {
            int[] label = [.. tokenizer.EncodeToIds(rows[row].Label)], hints = [.. tokenizer.EncodeToIds(rows[row].Hints)];
            double weight = hints.Length == 0 ? 0 : rows[row].HintWeight, size = Math.Sqrt(1 + (weight * weight));
            Add(label, row, 1 / (size * label.Length));
            Add(hints, row, weight / (size * Math.Sqrt(hints.Length)));
        }

        return new RowMix(rows.Count, [.. ids], [.. places], [.. weights]);

        void Add(int[] tokens, int row, double weight)
        {
            ids.AddRange(tokens);
            places.AddRange(Enumerable.Repeat(row, tokens.Length));
            weights.AddRange(Enumerable.Repeat((float)weight, tokens.Length));
        }
    }

    /// <summary>The prompts of several examples, differentiable with respect to the embeddings. Call in a dispose scope.</summary>
    /// <param name="mixes">One for each example, all of as many rows.</param>
    /// <param name="embeddings">The embedding table. // [vocabulary, d]</param>
    /// <returns>// [examples, rows, d]</returns>
    public static Tensor Compose(IReadOnlyList<RowMix> mixes, Tensor embeddings)
    {
        int rows = mixes[0].Count, tokens = mixes.Sum(mix => mix.Ids.Length);
        float[] weights = new float[mixes.Count * rows * tokens]; // which token goes into which row: a few hundred of each
        long[] ids = new long[tokens];
        for (int example = 0, token = 0; example < mixes.Count; example++)
        {
            RowMix mix = mixes[example];
            for (int i = 0; i < mix.Ids.Length; i++, token++)
            {
                ids[token] = mix.Ids[i];
                weights[((((long)example * rows) + mix.Rows[i]) * tokens) + token] += mix.Weights[i];
            }
        }

        Tensor table = embeddings.index_select(0, tensor(ids, device: embeddings.device)); // [tokens, d]
        return matmul(tensor(weights, [mixes.Count * rows, tokens], device: embeddings.device), table).view(mixes.Count, rows, -1);
    }
}
