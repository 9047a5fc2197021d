using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>Encoded inputs of any lengths in one tensor.</summary>
internal static class EncodedRows
{
    /// <summary>The rows, padded with zeros; in a dispose scope. // [rows, longest, d]</summary>
    public static Tensor Stack(IReadOnlyList<EncodedRow> rows)
    {
        int longest = rows.Max(row => row.Length);
        return stack([.. rows.Select(row => row.Length == longest
            ? row.States
            : cat([row.States, zeros([longest - row.Length, row.States.size(1)], row.States.dtype, row.States.device)], 0))]);
    }

    /// <summary>The rows with the mask of their padding; in a dispose scope.</summary>
    public static EncodedBatch Batch(IReadOnlyList<EncodedRow> rows)
    {
        Tensor states = Stack(rows);
        int longest = (int)states.size(1);
        if (rows.All(row => row.Length == longest))
        {
            return new EncodedBatch(states, null);
        }

        float[] mask = new float[rows.Count * longest];
        foreach ((int i, EncodedRow row) in rows.Index())
        {
            mask.AsSpan((i * longest) + row.Length, longest - row.Length).Fill(float.NegativeInfinity);
        }

        return new EncodedBatch(states, tensor(mask, [rows.Count, 1, 1, longest], device: states.device));
    }
}
