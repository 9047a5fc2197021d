using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Cuts a batch into passes of a few rows of similar length: memory and padding stay small, and what adds up over the passes is the same.</summary>
/// <param name="model">The model.</param>
/// <param name="options">Size of a pass, dropout, reduction.</param>
/// <param name="width">The least length that inputs are padded to: only to measure what padding costs, and that it changes nothing.</param>
/// <param name="prompts">
/// The prompt of each task of the mixture, −1 for none; empty where no task has one, null where examples' own are not to be used either.
/// A pass has one for each of its rows or none.
/// </param>
internal sealed class BatchPasses(FrozenT5 model, TrainingOptions options, int width = 0, int[]? prompts = null)
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
        double lossScale = options.LossReduction == LossReduction.Mean ? 1.0 / tokens : 1;
        double loss = 0;
        foreach (int[] part in Parts(batch))
        {
            using DisposeScope scope = NewDisposeScope();
            DropoutMasks? dropout = _dropout > 0 ? new DropoutMasks(_dropout, options.Seed, step, part, model.Type, model.Device) : null;
            TokenBatch inputs = new([.. part.Select(i => batch[i].Input)], model.Config.PadId, model.Device, width);
            PromptKind kind = Kind(batch[part[0]]);
            int[]? chosen = kind == PromptKind.Task ? [.. part.Select(i => Prompt(batch[i]))] : null;
            RowMix[]? composed = kind == PromptKind.Composed ? [.. part.Select(i => batch[i].Rows!)] : null;
            loss += compute(new BatchPass(inputs, [.. part.Select(i => batch[i].Target)], lossScale, dropout, chosen, composed));
        }

        return loss / tokens;
    }

    private enum PromptKind
    {
        None,
        Task,
        Composed,
    }

    private PromptKind Kind(EncodedExample example) =>
        prompts is null ? PromptKind.None : example.Rows is not null ? PromptKind.Composed : Prompt(example) < 0 ? PromptKind.None : PromptKind.Task;

    private int Prompt(EncodedExample example) => prompts is { Length: > 0 } ? prompts[example.Task] : -1;

    private IEnumerable<int[]> Parts(IReadOnlyList<EncodedExample> batch) =>
        Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].Input.Length).GroupBy(i => (Kind(batch[i]), batch[i].Rows?.Count))
            .SelectMany(group => group.Chunk(options.MicroBatchSize));
}

/// <summary>A part of a batch.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Targets">Target ids with end of sequence.</param>
/// <param name="LossScale">What the summed loss is multiplied by before it is differentiated.</param>
/// <param name="Dropout">Masks; null for none.</param>
/// <param name="Prompts">The task's prompt of each row; null where rows have none.</param>
/// <param name="Composed">The composed prompt of each row; null where rows have none.</param>
internal readonly record struct BatchPass(TokenBatch Inputs, int[][] Targets, double LossScale, DropoutMasks? Dropout, int[]? Prompts, RowMix[]? Composed);
