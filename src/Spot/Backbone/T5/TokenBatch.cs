using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Rows of ids, padded on the right to the longest.</summary>
internal sealed class TokenBatch
{
    private readonly int[][] _rows;

    /// <param name="rows">Ids, at least one a row.</param>
    /// <param name="padId">The padding id.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="width">The least width; 0 for the longest row's.</param>
    public TokenBatch(IReadOnlyList<int[]> rows, int padId, Device device, int width = 0)
    {
        _rows = [.. rows];
        Width = Math.Max(width, _rows.Max(row => row.Length));
        long[] ids = new long[_rows.Length * Width];
        Array.Fill(ids, padId);
        for (int row = 0; row < _rows.Length; row++)
        {
            for (int i = 0; i < _rows[row].Length; i++)
            {
                ids[(row * Width) + i] = _rows[row][i];
            }
        }

        Ids = tensor(ids, [_rows.Length, Width], device: device);
    }

    /// <summary>// [batch, width]</summary>
    public Tensor Ids { get; }

    /// <summary>Rows.</summary>
    public int Count => _rows.Length;

    /// <summary>The padded length.</summary>
    public int Width { get; }

    /// <summary>The tokens of a row, padding left out.</summary>
    public int Length(int row) => _rows[row].Length;

    /// <summary>All rows several times over, one copy of the batch after the other.</summary>
    public TokenBatch Repeat(int copies, int padId) =>
        copies == 1 ? this : new TokenBatch([.. Enumerable.Repeat(_rows, copies).SelectMany(rows => rows)], padId, Ids.device, Width);

    /// <summary>The mask of attention keys: 0 on the prompt and on real tokens, −∞ on padding.</summary>
    /// <param name="promptLength">Prompt rows in front.</param>
    /// <returns>Null when nothing is padded. // [batch, 1, 1, promptLength + width]</returns>
    public Tensor? KeyMask(int promptLength) => KeyMask([.. Enumerable.Repeat(promptLength, Count)], promptLength + Width);

    /// <summary>The same where each row has a prompt of its own length.</summary>
    /// <param name="promptLengths">Prompt rows in front of each row.</param>
    /// <param name="length">The padded length, prompts included.</param>
    /// <returns>Null when nothing is padded. // [batch, 1, 1, length]</returns>
    public Tensor? KeyMask(int[] promptLengths, int length)
    {
        int[] used = [.. _rows.Select((row, i) => promptLengths[i] + row.Length)];
        if (used.All(count => count == length))
        {
            return null;
        }

        float[] mask = new float[_rows.Length * length];
        for (int row = 0; row < _rows.Length; row++)
        {
            mask.AsSpan((row * length) + used[row], length - used[row]).Fill(float.NegativeInfinity);
        }

        return tensor(mask, [_rows.Length, 1, 1, length], device: Ids.device);
    }
}
