using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Loss of a batch and its gradient with respect to the weights, which adds to what they have.</summary>
/// <remarks>The loss and the passes are those of <see cref="PromptGradient"/>.</remarks>
internal sealed class ModelGradient(FrozenT5 model, TuningOptions options)
{
    private readonly double _dropout = options.Dropout ?? model.Config.Dropout;

    /// <summary>Computes the gradient of one batch into the weights' <c>grad</c>.</summary>
    /// <returns>The mean cross-entropy per target token, in nats.</returns>
    public double Compute(IReadOnlyList<EncodedExample> batch, long step)
    {
        int tokens = batch.Sum(example => example.Target.Length);
        int[] byLength = [.. Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].Input.Length)];
        double loss = 0;
        foreach (int[] part in byLength.Chunk(options.MicroBatchSize))
        {
            using DisposeScope pass = NewDisposeScope();
            DropoutMasks? dropout = _dropout > 0 ? new DropoutMasks(_dropout, options.Seed, step, part, model.Type, model.Device) : null;
            TokenBatch inputs = new([.. part.Select(i => batch[i].Input)], model.Config.PadId, model.Device);
            int[][] targets = [.. part.Select(i => batch[i].Target)];
            loss += BatchLoss.Backward(model, model.Encode(null, inputs, dropout), targets, tokens, options, dropout);
        }

        return loss / tokens;
    }
}
