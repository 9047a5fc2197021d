using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Loss of a batch and its gradient with respect to the prompt, for one prompt or for several in the same passes.</summary>
/// <remarks>
/// The loss is the mean over the batch's target tokens of cross-entropy + z · (log Z)², or their sum. Where <see cref="CpuKernels"/> support the
/// model the gradient goes through the encoder by hand, elsewhere by automatic differentiation. Of several prompts each stands in front of a copy of
/// the batch: what one prompt gets does not depend on the others, up to the rounding of larger products.
/// </remarks>
/// <param name="model">The frozen model.</param>
/// <param name="options">The options, already checked.</param>
/// <param name="automatic">Whether to differentiate the encoder automatically even where it can be done by hand.</param>
/// <param name="width">As for <see cref="BatchPasses"/>.</param>
internal sealed class PromptGradient(FrozenT5 model, TrainingOptions options, bool automatic = false, int width = 0)
{
    private readonly bool _byHand = !automatic && model.Encoder.HasKernels;
    private readonly BatchPasses _passes = new(model, options, width);
    private readonly AutogradPass _automatic = new(model, options.ZLoss, options.ActivationCheckpointing);

    /// <summary>The mean cross-entropy of the last batch, without the z-loss, in nats per token; of the first prompt.</summary>
    public double Loss => Losses[0];

    /// <summary>The same for every prompt.</summary>
    public double[] Losses { get; private set; } = [0];

    /// <summary>Forward and backward: the gradient of one batch.</summary>
    /// <param name="prompt">length × d values.</param>
    /// <param name="length">Prompt rows.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, which decides dropout.</param>
    /// <returns>length × d values.</returns>
    public float[] ForwardBackward(float[] prompt, int length, IReadOnlyList<EncodedExample> batch, long step) =>
        model.Run(() => ForwardBackwardAll(prompt, length, batch, step));

    /// <summary>The gradients of several prompts on one batch.</summary>
    /// <param name="prompts">Each of the same length.</param>
    /// <param name="length">Prompt rows.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, which decides dropout.</param>
    /// <returns>For each prompt length × d values.</returns>
    public float[][] ForwardBackward(IReadOnlyList<float[]> prompts, int length, IReadOnlyList<EncodedExample> batch, long step)
    {
        float[] all = ForwardBackward([.. prompts.SelectMany(prompt => prompt)], length, batch, step);
        return [.. all.Chunk(length * model.Config.Dim)];
    }

    private float[] ForwardBackwardAll(float[] values, int length, IReadOnlyList<EncodedExample> batch, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = values.Length / (length * model.Config.Dim);
        Tensor prompts = PromptTensor.From(values, count * length, model.Config.Dim, model.Device).view(count, length, model.Config.Dim);
        Tensor sum = zeros_like(prompts); // [prompts, L, d]
        double[] losses = new double[count];
        _passes.Run(batch, step, pass =>
        {
            pass = pass with
            {
                Inputs = pass.Inputs.Repeat(count, model.Config.PadId),
                Targets = [.. Enumerable.Repeat(pass.Targets, count).SelectMany(targets => targets)],
                Dropout = pass.Dropout?.Repeat(count),
            };
            double[] tokens = new double[pass.Targets.Sum(target => target.Length)];
            Tensor rows = prompts.repeat_interleave(pass.Inputs.Count / count, 0); // [prompts * batch, L, d]
            Tensor gradient = _byHand ? ByHand(rows, pass, tokens) : Automatic(rows, pass, tokens);
            sum.Accumulate(gradient.view(count, -1, length, model.Config.Dim).sum(1));
            int each = tokens.Length / count;
            for (int i = 0; i < tokens.Length; i++)
            {
                losses[i / each] += tokens[i];
            }

            return 0;
        });
        int targetTokens = batch.Sum(example => example.Target.Length);
        Losses = [.. losses.Select(loss => loss / targetTokens)];
        return sum.cpu().data<float>().ToArray();
    }

    // [rows, L, d]
    private Tensor Automatic(Tensor prompts, BatchPass pass, double[] losses)
    {
        Tensor rows = prompts.detach().requires_grad_();
        _automatic.ForwardBackward(rows, pass.Inputs, pass.Targets, pass.LossScale, pass.Dropout, losses);
        return rows.grad!;
    }

    // Only the decoder, a few rows, is differentiated automatically. [rows, L, d]
    private Tensor ByHand(Tensor prompts, BatchPass pass, double[] losses)
    {
        int length = (int)prompts.size(1);
        using EncoderPass encoder = new(model.Encoder, model.Config, options.ActivationCheckpointing);
        Tensor? mask = pass.Inputs.KeyMask(length);
        Tensor states;
        using (no_grad())
        {
            states = encoder.Forward(model.Embeddings(prompts, pass.Inputs), mask, pass.Dropout);
        }

        states.requires_grad_();
        TargetLoss.BackwardByHand(model, new EncodedBatch(states, mask), pass.Targets, options.ZLoss, pass.LossScale, pass.Dropout, losses);
        using (no_grad())
        {
            return encoder.Backward(states.grad!).narrow(1, 0, length).to(ScalarType.Float32);
        }
    }
}
