using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// Encodes every input behind every one of some prompts, in batches of rows of similar length so that little is padded. Between two batches others have
/// their turn on the model.
/// </summary>
internal static class PromptedBatches
{
    private const int BatchSize = 32;

    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts, at least one; null for the bare model.</param>
    /// <param name="inputs">Input ids with end of sequence.</param>
    /// <param name="answer">From an encoded batch to the answer of each of its rows; called without gradients, in a dispose scope.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>The answers by prompt, then by input.</returns>
    public static T[][] Run<T>(
        FrozenT5 model, IReadOnlyList<SoftPrompt?> prompts, int[][] inputs, Func<EncodedBatch, T[]> answer, CancellationToken cancellationToken)
    {
        T[][] answers = [.. prompts.Select(_ => new T[inputs.Length])];
        using PromptStack stack = model.Run(() => model.Stack(prompts));
        (int Prompt, int Input)[] rows = [.. Enumerable.Range(0, prompts.Count)
            .SelectMany(prompt => Enumerable.Range(0, inputs.Length).Select(input => (prompt, input)))
            .OrderBy(row => stack.Length(row.prompt) + inputs[row.input].Length)];
        foreach ((int Prompt, int Input)[] batch in rows.Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            T[] found = model.Run(() =>
            {
                using IDisposable noGradient = no_grad();
                using DisposeScope scope = NewDisposeScope();
                TokenBatch tokens = new([.. batch.Select(row => inputs[row.Input])], model.Config.PadId, model.Device);
                return answer(model.Encode(stack, [.. batch.Select(row => row.Prompt)], tokens));
            });
            for (int i = 0; i < batch.Length; i++)
            {
                answers[batch[i].Prompt][batch[i].Input] = found[i];
            }
        }

        return answers;
    }
}
