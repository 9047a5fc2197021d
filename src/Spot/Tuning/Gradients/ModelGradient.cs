using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>
/// Loss of a batch and its gradient with respect to the weights and the tasks' prompts, which adds to what they have. The loss is that of
/// <see cref="PromptGradient"/>.
/// </summary>
/// <param name="model">The model, whose weights require a gradient.</param>
/// <param name="options">The checked options.</param>
/// <param name="prompts">The prompt of each task of the mixture, −1 for none; null where there are none.</param>
internal sealed class ModelGradient(FrozenT5 model, TrainingOptions options, int[]? prompts = null)
{
    private readonly BatchPasses _passes = new(model, options, prompts: prompts ?? []);
    private readonly AutogradPass _automatic = new(model, options.ZLoss, options.ActivationCheckpointing);

    /// <summary>Forward and backward: the gradient of one batch, into the weights' <c>grad</c>.</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, which decides dropout.</param>
    /// <param name="table">The tasks' prompts, a leaf; null where there are none. // [prompts, L, d]</param>
    /// <returns>The mean cross-entropy per target token, in nats.</returns>
    public double ForwardBackward(IReadOnlyList<EncodedExample> batch, long step, Tensor? table = null) =>
        _passes.Run(batch, step, pass => _automatic.ForwardBackward(Rows(table, pass), pass.Inputs, pass.Targets, pass.LossScale, pass.Dropout));

    // [batch, L, d]
    private Tensor? Rows(Tensor? table, BatchPass pass) =>
        pass.Composed is not null ? RowMix.Compose(pass.Composed, model.Weights[T5Layout.Shared])
        : table is null || pass.Prompts is null ? null
        : table.index_select(0, tensor([.. pass.Prompts.Select(prompt => (long)prompt)], device: model.Device));
}
