using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Loss of a batch and its gradient with respect to the prompt.</summary>
/// <remarks>
/// The loss is the mean over the batch's target tokens of cross-entropy + z · (log Z)². The batch is computed in passes of a few rows of
/// similar length, whose gradients add up: memory and padding stay small, the result is the same. Where <see cref="EncoderPass"/> supports the
/// model the gradient goes through the encoder by hand, elsewhere by automatic differentiation.
/// </remarks>
internal sealed class PromptGradient(FrozenT5 model, TuningOptions options, bool automatic = false)
{
    private readonly double _dropout = options.Dropout ?? model.Config.Dropout;
    private readonly bool _byHand = !automatic && EncoderPass.Supports(model.Config, model.Device);
    private readonly DifferentiatedPass _automatic = new(model, options.ZLoss, options.ActivationCheckpointing);

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
        Tensor rows = PromptTensor.From(prompt, length, model.Config.Dim, model.Device); // [L, d]
        Tensor sum = zeros_like(rows);
        int tokens = batch.Sum(example => example.Target.Length);
        int[] byLength = [.. Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].Input.Length)];
        double loss = 0;
        foreach (int[] part in byLength.Chunk(options.MicroBatchSize))
        {
            using DisposeScope pass = NewDisposeScope();
            DropoutMasks? dropout = _dropout > 0 ? new DropoutMasks(_dropout, options.Seed, step, part, model.Type, model.Device) : null;
            TokenBatch inputs = new([.. part.Select(i => batch[i].Input)], model.Config.PadId, model.Device);
            int[][] targets = [.. part.Select(i => batch[i].Target)];
            (double partLoss, Tensor gradient) = _byHand
                ? ByHand(rows, inputs, targets, tokens, dropout)
                : Automatic(rows, inputs, targets, tokens, dropout);
            loss += partLoss;
            sum.add_(gradient);
        }

        Loss = loss / tokens;
        return sum.cpu().data<float>().ToArray();
    }

    private (double Loss, Tensor Gradient) Automatic(Tensor prompt, TokenBatch inputs, int[][] targets, int tokens, DropoutMasks? dropout)
    {
        Tensor rows = prompt.detach().requires_grad_();
        double loss = _automatic.Backward(rows, inputs, targets, 1.0 / tokens, dropout);
        return (loss, rows.grad!);
    }

    // Only the decoder, a few rows, is differentiated automatically.
    private (double Loss, Tensor Gradient) ByHand(Tensor prompt, TokenBatch inputs, int[][] targets, int tokens, DropoutMasks? dropout)
    {
        EncoderPass encoder = new(model.Weights, model.Config, options.ActivationCheckpointing);
        Tensor? mask = inputs.KeyMask((int)prompt.size(0));
        Tensor states;
        using (no_grad())
        {
            states = encoder.Forward(model.Embeddings(prompt, inputs), mask, dropout);
        }

        states.requires_grad_();
        double loss = TargetLoss.Backward(model, new EncodedBatch(states, mask), targets, options.ZLoss, 1.0 / tokens, dropout);
        using (no_grad())
        {
            Tensor gradient = encoder.Backward(states.grad!); // [batch, L + T, d]
            return (loss, gradient.narrow(1, 0, prompt.size(0)).to(ScalarType.Float32).sum([0])); // [L, d]
        }
    }
}
