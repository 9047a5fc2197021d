using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>Encodes inputs and keeps what may come again. On the model's thread.</summary>
internal sealed class EncoderStage(FrozenT5 model, long budget) : IDisposable
{
    private readonly ByteBudgetCache<EncoderKey, Shared<EncodedRow>> _kept = new(budget, row => row.Value.Bytes, row => row.LetGo());

    /// <summary>How many inputs were encoded, for tests.</summary>
    public long Encoded { get; private set; }

    /// <summary>How many positions were computed, padding included, and how many of them were padding.</summary>
    public (long Positions, long Padded) Work { get; private set; }

    /// <summary>States that are kept, which the caller lets go of; null where they are not.</summary>
    public Shared<EncodedRow>? Find(EncoderKey key) => _kept.TryGet(key, out Shared<EncodedRow>? row) ? row.Hold() : null;

    /// <summary>Encodes inputs in one pass; in a dispose scope, without gradients.</summary>
    /// <returns>The states of each, which the caller lets go of.</returns>
    public Shared<EncodedRow>[] Encode(IReadOnlyList<EncoderInput> inputs)
    {
        DevicePrompt?[] prompts = [.. inputs.Select(input => input.Prompt?.Value).Distinct()];
        using PromptStack stack = new([.. prompts.Select(prompt => prompt?.On(model))]);
        int[] choice = [.. inputs.Select(input => Array.IndexOf(prompts, input.Prompt?.Value))];
        (Tensor[] states, long positions) = model.EncodeEach(stack, choice, [.. inputs.Select(input => input.Ids)]); // [length, d] each
        Encoded += inputs.Count;
        long padded = positions - inputs.Sum(input => input.Length);
        Work = (Work.Positions + positions, Work.Padded + padded);
        InferenceTelemetry.Pass("encode", inputs.Count);
        InferenceTelemetry.Padded(padded, positions);
        Shared<EncodedRow>[] rows = [.. states.Select(row => new Shared<EncodedRow>(new EncodedRow(row.clone().DetachFromDisposeScope())))];
        foreach ((int i, Shared<EncodedRow> row) in rows.Index())
        {
            _kept.Add(inputs[i].Key, row.Hold());
        }

        return rows;
    }

    public void Dispose() => _kept.Clear();
}
