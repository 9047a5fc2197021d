using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Inference;

/// <summary>Embeds a text.</summary>
internal sealed class EmbeddingJob(EncoderInput input) : Job<EmbeddingResult>(input)
{
    public override string Kind => InferenceTelemetry.Embed;

    /// <summary>Answers by the encoder's states; in a dispose scope.</summary>
    public void Embed(EncodedRow row)
    {
        Tensor mean = row.States.narrow(0, Input.PromptLength, Input.Ids.Length).to(ScalarType.Float32).mean([0L]); // [d]
        float[] values = mean.cpu().data<float>().ToArray();
        if (Array.Exists(values, value => !float.IsFinite(value)))
        {
            Fail(Logits.NotNumbers());
            return;
        }

        Answer(new EmbeddingResult(values, Input.Ids.Length, Input.CutTokens));
    }
}
