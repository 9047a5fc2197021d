using System.Text;
using System.Text.Json;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>A T5 of published size, whose weights are a formula, against the reference's numbers.</summary>
public class GeometryTests
{
    [Fact]
    public void T5_small_equals_the_reference()
    {
        TorchRuntime.EnsureLoaded();
        JsonElement golden = GoldenData.Json(TestPaths.Golden("t5/t5_small_geometry.json"));
        T5Config config = T5Config.Parse(Encoding.UTF8.GetBytes(golden.GetProperty("config").GetRawText()), "t5_small_geometry.json");
        using FrozenT5 model = new(Weights(config, golden.GetProperty("scales")), config, CPU, ScalarType.Float32);
        JsonElement batch = golden.GetProperty("batch");
        int rows = batch.GetProperty("rows").GetInt32(), tokens = batch.GetProperty("tokens").GetInt32();
        int[][] inputs = Ids("input_ids", rows, tokens);
        inputs[1] = inputs[1][..96];
        int[][] targets = Ids("labels", rows, batch.GetProperty("targets").GetInt32());

        using DisposeScope scope = NewDisposeScope();
        int length = batch.GetProperty("prompt").GetInt32();
        float[] values = NumberStream.Values("prompt", length * config.Dim, batch.GetProperty("prompt_scale").GetDouble());
        Tensor prompt = PromptTensor.From(values, length, config.Dim, CPU).requires_grad_();
        EncodedBatch encoded = model.Encode(prompt, new TokenBatch(inputs, 0, CPU));
        float[] logits = TestModels.Floats(model.Logits(model.Decode(encoded, targets)));
        Tensor loss = model.Score(encoded, targets).NegativeLogLikelihood.mean();
        loss.backward();

        JsonElement expected = golden.GetProperty("expected").GetProperty("float64");
        float[] states = TestModels.Floats(encoded.States);
        float[] gradient = TestModels.Floats(prompt.grad!);
        Near(expected, "loss_mean", [loss.item<float>()], 1e-5);
        Near(expected, "logits_row0_pos0_first8", logits[..8], 2e-5);
        Near(expected, "logits_row1_pos7_last4", logits[^4..], 2e-5);
        Near(expected, "encoder_row0_pos0_first4", states[..4], 2e-5);
        Near(expected, "encoder_row1_pos150_first4", states.AsSpan((length + tokens + 150) * config.Dim, 4).ToArray(), 2e-5);
        Near(expected, "prompt_grad_norm", [(float)Math.Sqrt(gradient.Sum(g => (double)g * g))], 5e-5);
        Near(expected, "prompt_grad_0_first4", gradient[..4], 5e-5);
        Near(expected, "prompt_grad_99_last4", gradient[^4..], 5e-5);
    }

    private static T5Weights Weights(T5Config config, JsonElement scales)
    {
        Dictionary<string, Tensor> tensors = [];
        foreach ((string name, long[] shape) in T5Layout.Required(config))
        {
            bool norm = name.Contains("layer_norm", StringComparison.Ordinal);
            string kind = name == T5Layout.Shared ? "shared" : name.Contains("relative", StringComparison.Ordinal) ? "relative_attention_bias"
                : name.Contains(".q.", StringComparison.Ordinal) ? "q" : name.Contains(".k.", StringComparison.Ordinal) ? "k" : $"other (width {shape[^1]})";
            tensors[name] = norm ? ones(shape) : tensor(NumberStream.Values(name, shape[0] * shape[1], scales.GetProperty(kind).GetDouble()), shape);
        }

        return new T5Weights(tensors, config, "formula");
    }

    private static int[][] Ids(string name, int rows, int width) =>
        [.. NumberStream.Values(name, rows * width, 1).Select(u => 3 + (int)Math.Floor((u + 0.5) * 32000)).Chunk(width)];

    // Single numbers are compared with a share of the list's largest, as whole tensors are.
    private static void Near(JsonElement expected, string name, float[] actual, double tolerance)
    {
        JsonElement value = expected.GetProperty(name);
        double[] reference = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => v.GetDouble())] : [value.GetDouble()];
        double largest = reference.Max(Math.Abs);
        for (int i = 0; i < reference.Length; i++)
        {
            Assert.True(Math.Abs(actual[i] - reference[i]) < tolerance * largest, $"{name}[{i}]: {actual[i]:R}, expected {reference[i]:R}");
        }
    }
}
