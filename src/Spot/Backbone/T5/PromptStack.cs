using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Several soft prompts of any lengths in one tensor, so that each row of a batch can stand behind another one.</summary>
/// <remarks>Outlives dispose scopes; the one who makes it disposes it.</remarks>
internal sealed class PromptStack : IDisposable
{
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly Tensor? _rows; // [rows of all prompts, d]; null when there are none

    /// <param name="prompts">The prompts; null for the bare model.</param>
    /// <param name="dim">The numbers of a row.</param>
    /// <param name="device">Where the rows go.</param>
    /// <param name="type">What they are rounded to: the type of the embeddings.</param>
    public PromptStack(IReadOnlyList<SoftPrompt?> prompts, int dim, Device device, ScalarType type)
    {
        _lengths = [.. prompts.Select(prompt => prompt?.Length ?? 0)];
        _starts = [.. _lengths.Select((_, i) => _lengths.Take(i).Sum())];
        float[] values = [.. prompts.SelectMany(prompt => prompt?.Values.ToArray() ?? [])];
        using DisposeScope scope = NewDisposeScope();
        _rows = values.Length == 0 ? null : PromptTensor.From(values, _lengths.Sum(), dim, device).to(type).DetachFromDisposeScope();
    }

    /// <param name="rows">The rows of each prompt, of the type of the embeddings; null for the bare model. They stay the caller's. // [length, d]</param>
    public PromptStack(IReadOnlyList<Tensor?> rows)
    {
        _lengths = [.. rows.Select(prompt => (int)(prompt?.size(0) ?? 0))];
        _starts = [.. _lengths.Select((_, i) => _lengths.Take(i).Sum())];
        Tensor[] there = [.. rows.OfType<Tensor>()];
        _rows = there.Length == 0 ? null : cat(there, 0).DetachFromDisposeScope();
    }

    public void Dispose() => _rows?.Dispose();

    /// <summary>The rows of a prompt, 0 for the bare model.</summary>
    public int Length(int prompt) => _lengths[prompt];

    /// <summary>Puts prompts in front of a batch: each row is its prompt, its tokens, then padding.</summary>
    /// <param name="choice">The prompt of each row.</param>
    /// <param name="tokens">The tokens' embeddings. // [batch, T, d]</param>
    /// <param name="inputs">The tokens, whose lengths count.</param>
    /// <returns>// [batch, longest prompt + tokens, d]</returns>
    public Tensor Prepend(IReadOnlyList<int> choice, Tensor tokens, TokenBatch inputs)
    {
        int stacked = (int)(_rows?.size(0) ?? 0);
        int width = Width(choice, inputs);
        long[] places = new long[inputs.Count * width];
        for (int row = 0; row < inputs.Count; row++)
        {
            int length = _lengths[choice[row]];
            for (int i = 0; i < width; i++)
            {
                // What stands at padding never counts: the last token again.
                int token = Math.Min(i - length, inputs.Length(row) - 1);
                places[(row * width) + i] = i < length ? _starts[choice[row]] + i : stacked + (row * inputs.Width) + token;
            }
        }

        return Select(tokens, places).view(inputs.Count, width, tokens.size(2));
    }

    /// <summary>Puts prompts in front of inputs that lie one after the other: each is its prompt, then its tokens.</summary>
    /// <param name="choice">The prompt of each input.</param>
    /// <param name="tokens">The tokens' embeddings. // [1, Σ lengths, d]</param>
    /// <param name="lengths">The tokens of each input.</param>
    /// <returns>// [1, Σ prompt + tokens, d]</returns>
    public Tensor Join(IReadOnlyList<int> choice, Tensor tokens, IReadOnlyList<int> lengths)
    {
        List<long> places = [];
        long token = _rows?.size(0) ?? 0;
        for (int input = 0; input < lengths.Count; input++)
        {
            places.AddRange(Enumerable.Range(_starts[choice[input]], _lengths[choice[input]]).Select(row => (long)row));
            for (int i = 0; i < lengths[input]; i++)
            {
                places.Add(token++);
            }
        }

        return Select(tokens, [.. places]).unsqueeze(0);
    }

    // Rows of the prompts, which come first, and of the tokens.
    private Tensor Select(Tensor tokens, long[] places)
    {
        Tensor flat = tokens.reshape(-1, tokens.size(2));
        Tensor all = _rows is null ? flat : cat([_rows, flat], 0); // [stacked + batch * T, d]
        return all.index_select(0, tensor(places, device: tokens.device));
    }

    /// <summary>The mask of keys for <see cref="Prepend"/>.</summary>
    /// <returns>Null when nothing is padded. // [batch, 1, 1, longest prompt + tokens]</returns>
    public Tensor? KeyMask(IReadOnlyList<int> choice, TokenBatch inputs) =>
        inputs.KeyMask([.. choice.Select(Length)], Width(choice, inputs));

    private int Width(IReadOnlyList<int> choice, TokenBatch inputs) => choice.Select((prompt, row) => _lengths[prompt] + inputs.Length(row)).Max();
}
