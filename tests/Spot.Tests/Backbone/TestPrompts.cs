using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Prompts that make sense to a model: embeddings of some of its tokens.</summary>
internal static class TestPrompts
{
    /// <summary>A prompt of token embeddings; another seed gives other tokens.</summary>
    public static SoftPrompt Of(FrozenT5 model, int length, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] ids = [.. Enumerable.Range(0, length).Select(i => 3 + ((((i + 1) * 7919L) + (seed * 104_729L)) % 200))];
        float[] values = TestModels.Floats(TestModels.OnThisThread(model).Embed(tensor(ids, [1, length])));
        return new SoftPrompt(length, model.Config.Dim, values, model.Weights.Fingerprint);
    }

    /// <summary>A prompt as a tensor; null for the bare model. // [length, d]</summary>
    public static Tensor? Rows(SoftPrompt? prompt) => prompt is null ? null : PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, TestDevice.Device);

    /// <summary>Inputs of many lengths, made of a model's tokens.</summary>
    public static int[][] Inputs(int count) =>
        [.. Enumerable.Range(0, count).Select(row => (int[])[.. Enumerable.Range(0, row * 5 % 13).Select(i => 3 + (((row * 31) + (i * 17)) % 200)), 1])];
}
