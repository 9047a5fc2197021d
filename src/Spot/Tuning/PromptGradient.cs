using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Loss of a batch and its gradient with respect to the prompt.</summary>
/// <remarks>
/// The loss is the mean over the batch's target tokens of cross-entropy + z · (log Z)². The batch is computed in passes of a few rows of
/// similar length, whose gradients add up: memory and padding stay small, the result is the same.
/// </remarks>
internal sealed class PromptGradient(FrozenT5 model, TuningOptions options)
{
    private readonly double _dropout = options.Dropout ?? model.Config.Dropout;

    /// <summary>The mean cross-entropy of the last batch, without the z-loss, in nats per token.</summary>
    public double Loss { get; private set; }

    /// <summary>Computes the gradient of one batch.</summary>
    /// <param name="prompt">length × d values.</param>
    /// <param name="length">Prompt rows.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, which decides dropout.</param>
    /// <returns>length × d values.</returns>
    public float[] Compute(ReadOnlySpan<float> prompt, int length, IReadOnlyList<EncodedExample> batch, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = PromptTensor.From(prompt, length, model.Config.Dim, model.Device).requires_grad_(); // [L, d]
        int tokens = batch.Sum(example => example.Target.Length);
        int[] byLength = [.. Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].Input.Length)];
        double loss = 0;
        foreach (int[] part in byLength.Chunk(options.MicroBatchSize))
        {
            loss += Accumulate(rows, batch, part, tokens, step);
        }

        Loss = loss / tokens;
        return rows.grad!.cpu().data<float>().ToArray();
    }

    private double Accumulate(Tensor rows, IReadOnlyList<EncodedExample> batch, int[] part, int tokens, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        DropoutMasks? dropout = _dropout > 0 ? new DropoutMasks(_dropout, options.Seed, step, part, model.Type, model.Device) : null;
        TokenBatch inputs = new([.. part.Select(i => batch[i].Input)], model.Config.PadId, model.Device);
        TargetScores scores = model.Score(model.Encode(rows, inputs, dropout), [.. part.Select(i => batch[i].Target)], dropout);
        Tensor crossEntropy = scores.NegativeLogLikelihood.sum();
        using Scalar z = options.ZLoss;
        using Scalar share = 1.0 / tokens;
        Tensor total = options.ZLoss > 0 ? crossEntropy + ((scores.LogZ * scores.LogZ).sum() * z) : crossEntropy;
        (total * share).backward();
        return crossEntropy.item<float>();
    }
}
