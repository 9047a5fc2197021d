using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>One decoding in progress: rows that came at different times, each with encoder states of its own length and its own position.</summary>
/// <remarks>
/// On the model's thread only. What a row computes depends on no other row. It keeps what it needs outside of dispose scopes, until it is disposed.
/// </remarks>
internal sealed class DecodingBatch : IDisposable
{
    private readonly FrozenT5 _model;
    private readonly DecodingRows _rows;

    /// <param name="model">The model.</param>
    public DecodingBatch(FrozenT5 model)
    {
        _model = model;
        _rows = CpuRows.Support(model) ? new CpuRows(model) : new TensorRows(model);
    }

    /// <summary>Active rows: 0 … Count − 1 in the order of <see cref="Add"/>, closed up by <see cref="Keep"/>.</summary>
    public int Count => _rows.Count;

    /// <summary>Takes new rows behind those there.</summary>
    /// <param name="states">Encoder states; the caller keeps them. // [n, length, d]</param>
    /// <param name="lengths">The real positions of each row, at least 1; the rest is padding. // [n]</param>
    /// <param name="maxTokens">What each of them may write at most; 0 where that is not known. // [n]</param>
    /// <exception cref="ArgumentException">The states are not of this model, or lengths and most tokens not theirs.</exception>
    public void Add(Tensor states, ReadOnlySpan<int> lengths, ReadOnlySpan<int> maxTokens)
    {
        if (states.dim() != 3 || states.size(2) != _model.Config.Dim)
        {
            throw new ArgumentException($"Found states [{string.Join(", ", states.shape)}], expected [rows, length, {_model.Config.Dim}] of this model's encoder.", nameof(states));
        }

        if (states.size(0) != lengths.Length || lengths.IsEmpty)
        {
            throw new ArgumentException($"Found {lengths.Length} lengths for {states.size(0)} rows of states, expected one for each, and at least one.", nameof(lengths));
        }

        foreach (int length in lengths)
        {
            if (length < 1 || length > states.size(1))
            {
                throw new ArgumentException($"Found the length {length}, expected 1 to {states.size(1)}, the states' length.", nameof(lengths));
            }
        }

        if (maxTokens.Length != lengths.Length || maxTokens.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw new ArgumentException($"Found [{string.Join(", ", maxTokens.ToArray())}], expected the most tokens of each of {lengths.Length} rows, 0 where that is not known.", nameof(maxTokens));
        }

        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _rows.Add(states.to(_model.Type), lengths, maxTokens);
    }

    /// <summary>Goes one position on in every row, for all scores of the next.</summary>
    /// <inheritdoc cref="Step(ReadOnlySpan{int}, ReadOnlySpan{WantedScores})"/>
    public Tensor Step(ReadOnlySpan<int> tokens) => Step(tokens, new WantedScores[tokens.Length]);

    /// <summary>Goes one position on in every row.</summary>
    /// <param name="tokens">The newest token of every row, the decoder's start id first. // [Count]</param>
    /// <param name="wanted">Which scores of every row are wanted; the others may be −∞. // [Count]</param>
    /// <returns>Scores of the vocabulary for the next position, contiguous float32, in the caller's dispose scope. // [Count, vocabulary]</returns>
    /// <exception cref="ArgumentException">There is not a token of the vocabulary for every row.</exception>
    public Tensor Step(ReadOnlySpan<int> tokens, ReadOnlySpan<WantedScores> wanted)
    {
        if (tokens.Length != Count || wanted.Length != Count || Count == 0)
        {
            throw new ArgumentException($"Found {tokens.Length} tokens for {Count} rows, expected one for each, and at least one.", nameof(tokens));
        }

        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)_model.Config.VocabularySize)
            {
                throw new ArgumentException($"Found the token {token}, expected 0 to {_model.Config.VocabularySize - 1}.", nameof(tokens));
            }
        }

        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _rows.Step(tokens, wanted).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps some of the rows.</summary>
    /// <param name="rows">Which rows go on, in the new order. One may be repeated, and goes on several times; those left out are gone.</param>
    /// <exception cref="ArgumentException">There is no such row.</exception>
    public void Keep(ReadOnlySpan<int> rows)
    {
        bool same = rows.Length == Count;
        for (int i = 0; i < rows.Length; i++)
        {
            if ((uint)rows[i] >= (uint)Count)
            {
                throw new ArgumentException($"Found the row {rows[i]}, expected 0 to {Count - 1}.", nameof(rows));
            }

            same &= rows[i] == i;
        }

        if (!same)
        {
            using IDisposable noGradient = no_grad();
            using DisposeScope scope = NewDisposeScope();
            _rows.Keep(rows);
        }
    }

    public void Dispose() => _rows.Dispose();
}
