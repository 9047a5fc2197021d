using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>What a model on some device and in some precision computes for a golden case, as plain numbers.</summary>
internal sealed record ReferenceRun(float[] Encoder, float[] Logits, double Loss, float[]? PromptGradient)
{
    public static ReferenceRun Of(FrozenT5 model, GoldenCase golden)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? prompt = golden.PromptLength == 0
            ? null
            : PromptTensor.From(golden["prompt"], golden.PromptLength, model.Config.Dim, model.Device).requires_grad_();
        EncodedBatch encoded = model.Encode(prompt, new TokenBatch(golden.Inputs, model.Config.PadId, model.Device));
        Tensor logits = model.Logits(model.Decode(encoded, golden.Targets));
        Tensor loss = model.Score(encoded, golden.Targets).NegativeLogLikelihood.mean();
        if (prompt is not null)
        {
            loss.backward();
        }

        return new ReferenceRun(Used(encoded.States, golden), TestModels.Floats(logits), loss.item<float>(), prompt is null ? null : TestModels.Floats(prompt.grad!));
    }

    /// <summary>The reference's encoder states, without the rows at padding.</summary>
    public static float[] ExpectedEncoder(GoldenCase golden, int dim) => Used(golden["encoder"], golden, dim);

    private static float[] Used(Tensor states, GoldenCase golden) => Used(TestModels.Floats(states), golden, (int)states.size(2));

    private static float[] Used(float[] states, GoldenCase golden, int dim)
    {
        int size = states.Length / golden.Inputs.Length;
        return [.. golden.Inputs.SelectMany((input, row) => states.AsSpan(row * size, (golden.PromptLength + input.Length) * dim).ToArray())];
    }
}
