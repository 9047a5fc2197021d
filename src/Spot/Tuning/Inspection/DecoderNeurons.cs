using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Tuning;

/// <summary>The decoder's first step behind a prompt and the empty text, for the states of its feed-forward neurons.</summary>
internal static class DecoderNeurons
{
    /// <summary>The neurons that a prompt activates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="eosId">The end of sequence, which is all that the empty text is.</param>
    public static ActivatedNeurons Of(FrozenT5 model, SoftPrompt prompt, int eosId) => model.Run(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor rows = PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, model.Device);
        Tensor memory = model.Encode(rows, new TokenBatch([[eosId]], model.Config.PadId, model.Device)).States; // [1, L + 1, d]
        bool[] states = [.. Gates(model, memory).SelectMany(gate => gate.to(ScalarType.Float32).cpu().data<float>().ToArray()).Select(gate => gate > 0)];
        return new ActivatedNeurons(model.Config.DecoderLayers, states, prompt.BackboneFingerprint);
    });

    // What each layer's activation function is given. [1, 1, ff]
    private static IEnumerable<Tensor> Gates(FrozenT5 model, Tensor memory)
    {
        (T5Config config, DecoderStack decoder) = (model.Config, model.Decoder);
        BlockMath math = decoder.ByTensors(null); // one position sees itself alone: its bias changes nothing
        Tensor x = model.Embed(tensor([(long)config.DecoderStartId], [1, 1], device: model.Device)); // [1, 1, d]
        for (int block = 0; block < config.DecoderLayers; block++)
        {
            x = Layers.Residual(x, decoder.Self[block].ToSelf(decoder.Norm(x, block, 0), math, null), config, null);
            x = Layers.Residual(x, decoder.Cross[block].ToMemory(decoder.Norm(x, block, 1), memory, math, null), config, null);
            string dense = $"{T5Layout.Sublayer("decoder", block, 2)}.DenseReluDense.{(config.IsGated ? "wi_0" : "wi")}.weight";
            yield return F.linear(decoder.Norm(x, block, 2), model.Weights[dense]);
            x = decoder.FeedForward(x, block, null);
        }
    }
}
