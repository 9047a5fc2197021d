using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Loss of a batch and its gradient with respect to the weights, which adds to what they have. The loss is that of <see cref="PromptGradient"/>.</summary>
internal sealed class ModelGradient(FrozenT5 model, TuningOptions options)
{
    private readonly BatchPasses _passes = new(model, options);
    private readonly DifferentiatedPass _automatic = new(model, options.ZLoss, options.ActivationCheckpointing);

    /// <summary>Computes the gradient of one batch into the weights' <c>grad</c>.</summary>
    /// <returns>The mean cross-entropy per target token, in nats.</returns>
    public double Compute(IReadOnlyList<EncodedExample> batch, long step) =>
        _passes.Run(batch, step, pass => _automatic.Backward(null, pass.Inputs, pass.Targets, pass.Share, pass.Dropout));
}
