using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Loss of a batch and its gradient with respect to the prompt.</summary>
/// <remarks>
/// The loss is the mean over the batch's target tokens of cross-entropy + z · (log Z)², or their sum. Where <see cref="EncoderPass"/> supports the
/// model the gradient goes through the encoder by hand, elsewhere by automatic differentiation.
/// </remarks>
internal sealed class PromptGradient(FrozenT5 model, TuningOptions options, bool automatic = false)
{
    private readonly bool _byHand = !automatic && EncoderPass.Supports(model.Config, model.Device);
    private readonly BatchPasses _passes = new(model, options);
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
        Loss = _passes.Run(batch, step, pass =>
        {
            (double loss, Tensor gradient) = _byHand ? ByHand(rows, pass) : Automatic(rows, pass);
            sum.Accumulate(gradient);
            return loss;
        });
        return sum.cpu().data<float>().ToArray();
    }

    private (double Loss, Tensor Gradient) Automatic(Tensor prompt, BatchPass pass)
    {
        Tensor rows = prompt.detach().requires_grad_();
        double loss = _automatic.Backward(rows, pass.Inputs, pass.Targets, pass.Share, pass.Dropout);
        return (loss, rows.grad!);
    }

    // Only the decoder, a few rows, is differentiated automatically.
    private (double Loss, Tensor Gradient) ByHand(Tensor prompt, BatchPass pass)
    {
        EncoderPass encoder = new(model.Weights, model.Config, options.ActivationCheckpointing);
        Tensor? mask = pass.Inputs.KeyMask((int)prompt.size(0));
        Tensor states;
        using (no_grad())
        {
            states = encoder.Forward(model.Embeddings(prompt, pass.Inputs), mask, pass.Dropout);
        }

        states.requires_grad_();
        double loss = TargetLoss.BackwardByHand(model, new EncodedBatch(states, mask), pass.Targets, options.ZLoss, pass.Share, pass.Dropout);
        using (no_grad())
        {
            Tensor gradient = encoder.Backward(states.grad!); // [batch, L + T, d]
            return (loss, gradient.narrow(1, 0, prompt.size(0)).to(ScalarType.Float32).sum([0])); // [L, d]
        }
    }
}
