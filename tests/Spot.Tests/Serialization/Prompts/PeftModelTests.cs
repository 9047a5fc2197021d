using System.Text.Json;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Serialization;

/// <summary>Imported PEFT prompts on Spot's own T5 give what peft computed with them.</summary>
public class PeftModelTests
{
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Roots() => [.. GoldenData.Folders("formats")];

    [Theory]
    [MemberData(nameof(Roots))]
    public void States_logits_loss_and_greedy_output_equal_those_of_peft(string root)
    {
        JsonElement run = GoldenData.Json(Path.Combine(root, "manifest.json")).GetProperty("peft_run");
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(root, "expected.safetensors"));
        using FrozenT5 model = TestModels.Load(Path.Combine(root, run.GetProperty("checkpoint").GetString()!));
        int count = 0;
        foreach (JsonElement entry in PromptFormatTests.Entries(root).Where(entry => entry.GetProperty("ok").GetBoolean()))
        {
            JsonElement expect = entry.GetProperty("expect");
            bool tasks = expect.TryGetProperty("tasks", out JsonElement all);
            if (!tasks && !expect.TryGetProperty("greedy", out _))
            {
                continue;
            }

            IReadOnlyList<SoftPrompt> prompts = PromptFile.ReadAll(Path.Combine(root, entry.GetProperty("path").GetString()!), model.Weights.Fingerprint, model.Config.Dim);
            for (int task = 0; task < prompts.Count; task++)
            {
                Check($"{entry.GetProperty("path")} task {task}", model, prompts[task], run, tasks ? all[task] : expect, tensors);
                count++;
            }
        }

        Assert.NotEqual(0, count);
    }

    private static void Check(string what, FrozenT5 model, SoftPrompt prompt, JsonElement run, JsonElement expect, Dictionary<string, float[]> tensors)
    {
        int[][] inputs = Rows(run.GetProperty("input_ids"), (row, at) => run.GetProperty("attention_mask")[row][at].GetInt32() == 1);
        int[][] targets = Rows(run.GetProperty("labels"), (row, at) => run.GetProperty("labels")[row][at].GetInt32() >= 0);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = PromptTensor.From(prompt.Values.ToArray(), prompt.Length, prompt.Dim, CPU);
        EncodedBatch encoded = model.Encode(rows, new TokenBatch(inputs, model.Config.PadId, CPU));
        float[] logits = TestModels.Floats(model.Logits(model.Decode(encoded, targets)));
        double loss = model.Score(encoded, targets).NegativeLogLikelihood.mean().item<float>();
        if (expect.TryGetProperty("encoder", out JsonElement states))
        {
            float[] used = Used(TestModels.Floats(encoded.States), inputs, prompt), reference = Used(tensors[states.GetString()!], inputs, prompt);
            Assert.True(GoldenData.Difference(used, reference) < Tolerance, what);
        }

        float[] expected = tensors[Either(expect, "logits", "logits_encoder_only").GetString()!];
        Assert.True(GoldenData.Difference(logits, expected) < Tolerance, what);
        double expectedLoss = Either(expect, "loss", "loss_encoder_only").GetDouble();
        Assert.Equal(expectedLoss, loss, 1e-5 * Math.Abs(expectedLoss));
        int[][] greedy = [.. expect.GetProperty("greedy").EnumerateArray().Select(row => row.EnumerateArray().Select(id => id.GetInt32()).Skip(1).ToArray())];
        int[][] written = model.Greedy(encoded, greedy[0].Length);
        for (int row = 0; row < greedy.Length; row++)
        {
            int[] padded = [.. written[row], .. new int[greedy[row].Length - written[row].Length]];
            Assert.Equal(greedy[row], padded);
        }
    }

    private static JsonElement Either(JsonElement expect, string name, string other) => expect.TryGetProperty(name, out JsonElement value) ? value : expect.GetProperty(other);

    private static int[][] Rows(JsonElement ids, Func<int, int, bool> keep) =>
        [.. ids.EnumerateArray().Select((row, i) => row.EnumerateArray().Select(id => id.GetInt32()).Where((_, at) => keep(i, at)).ToArray())];

    // Rows at padded positions are not compared.
    private static float[] Used(float[] states, int[][] inputs, SoftPrompt prompt)
    {
        int size = states.Length / inputs.Length;
        return [.. inputs.SelectMany((input, row) => states.AsSpan(row * size, (prompt.Length + input.Length) * prompt.Dim).ToArray())];
    }
}
