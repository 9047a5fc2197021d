using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Cuts a batch into passes of a few rows of similar length: memory and padding stay small, and what adds up over the passes is the same.</summary>
/// <param name="model">The model.</param>
/// <param name="options">Size of a pass, dropout, reduction.</param>
/// <param name="width">The least length that inputs are padded to: only to measure what padding costs, and that it changes nothing.</param>
/// <param name="prompts">The prompt of each task of the mixture, −1 for none; null where there are none. A pass has one for each of its rows or none.</param>
internal sealed class BatchPasses(FrozenT5 model, TuningOptions options, int width = 0, int[]? prompts = null)
{
    private readonly double _dropout = options.Dropout ?? model.Config.Dropout;

    /// <summary>Runs every pass, each in a dispose scope of its own.</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, which decides dropout.</param>
    /// <param name="compute">Computes a pass; returns its summed cross-entropy.</param>
    /// <returns>The mean cross-entropy per target token of the batch, in nats.</returns>
    public double Run(IReadOnlyList<EncodedExample> batch, long step, Func<BatchPass, double> compute)
    {
        int tokens = batch.Sum(example => example.Target.Length);
        double share = options.LossReduction == LossReduction.Mean ? 1.0 / tokens : 1;
        double loss = 0;
        foreach (int[] part in Parts(batch))
        {
            using DisposeScope scope = NewDisposeScope();
            DropoutMasks? dropout = _dropout > 0 ? new DropoutMasks(_dropout, options.Seed, step, part, model.Type, model.Device) : null;
            TokenBatch inputs = new([.. part.Select(i => batch[i].Input)], model.Config.PadId, model.Device, width);
            int[]? chosen = Prompt(batch[part[0]]) < 0 ? null : [.. part.Select(i => Prompt(batch[i]))];
            loss += compute(new BatchPass(inputs, [.. part.Select(i => batch[i].Target)], share, dropout, chosen));
        }

        return loss / tokens;
    }

    private int Prompt(EncodedExample example) => prompts?[example.Task] ?? -1;

    private IEnumerable<int[]> Parts(IReadOnlyList<EncodedExample> batch) =>
        Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].Input.Length).GroupBy(i => Prompt(batch[i]) < 0)
            .SelectMany(group => group.Chunk(options.MicroBatchSize));
}

/// <summary>A part of a batch.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Targets">Target ids with end of sequence.</param>
/// <param name="Share">What the summed loss is multiplied by before it is differentiated.</param>
/// <param name="Dropout">Masks; null for none.</param>
/// <param name="Prompts">The prompt of each row; null where rows have none of their own.</param>
internal readonly record struct BatchPass(TokenBatch Inputs, int[][] Targets, double Share, DropoutMasks? Dropout, int[]? Prompts);
