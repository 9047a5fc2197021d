using System.Text.Json;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Encoder, logits, losses, prompt gradients and greedy output against Hugging Face transformers, for every checkpoint of the golden set.</summary>
public class T5GoldenTests
{
    private const double Tolerance = 2e-5;
    private const double GradientTolerance = 5e-5;
    private const double LossTolerance = 1e-5;

    /// <summary>Every folder below golden/t5 with weights, safetensors or PyTorch; one without a golden of its own shares that of v1_1.</summary>
    public static TheoryData<string> Checkpoints()
    {
        TheoryData<string> folders = [];
        foreach (string root in GoldenData.Folders("t5"))
        {
            foreach (string config in Directory.EnumerateFiles(root, "config.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string folder = Path.GetDirectoryName(config)!;
                if (Directory.EnumerateFiles(folder, "model*.safetensors*").Concat(Directory.EnumerateFiles(folder, "pytorch_model*.bin*")).Any())
                {
                    folders.Add(folder);
                }
            }
        }

        return folders;
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Forward_and_gradient_equal_the_reference(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder);
        foreach (GoldenCase golden in GoldenCase.Read(GoldenFolder(folder)))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor? prompt = TestModels.Prompt(golden, model);
            TokenBatch inputs = new(golden.Inputs, model.Config.PadId, model.Device);
            List<Tensor> encoderTrace = [], decoderTrace = [];
            EncodedBatch encoded = model.Encode(prompt, inputs, trace: encoderTrace.Add);
            Tensor logits = model.Logits(model.Decode(encoded, golden.Targets, trace: decoderTrace.Add));
            TargetScores scores = model.Score(encoded, golden.Targets);
            Tensor loss = scores.NegativeLogLikelihood.mean();

            CompareEncoder(golden, encoded.States, encoderTrace);
            for (int i = 0; golden.Has($"decoder_hidden.{i}"); i++)
            {
                Compare(golden, $"decoder_hidden.{i}", TestModels.Floats(decoderTrace[i]), Tolerance);
            }

            Compare(golden, "logits", TestModels.Floats(logits), Tolerance);
            CompareLosses(golden, loss.item<float>(), TestModels.Floats(scores.NegativeLogLikelihood));
            if (prompt is not null)
            {
                loss.backward();
                Compare(golden, "prompt_grad", TestModels.Floats(prompt.grad!), GradientTolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Without_gradients_the_encoder_equals_the_reference_too(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder);
        using IDisposable noGradient = no_grad(); // by kernels, where there are any
        foreach (GoldenCase golden in GoldenCase.Read(GoldenFolder(folder)))
        {
            using DisposeScope scope = NewDisposeScope();
            List<Tensor> trace = [];
            EncodedBatch encoded = model.Encode(TestModels.Prompt(golden, model), new TokenBatch(golden.Inputs, model.Config.PadId, model.Device), trace: trace.Add);
            CompareEncoder(golden, encoded.States, trace);
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Greedy_output_equals_the_reference(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder);
        using IDisposable noGradient = no_grad();
        foreach (GoldenCase golden in GoldenCase.Read(GoldenFolder(folder)))
        {
            if (!golden.Info.TryGetProperty("greedy", out JsonElement expected))
            {
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            TokenBatch inputs = new(golden.Inputs, model.Config.PadId, model.Device);
            int[][] written = model.Greedy(model.Encode(TestModels.Prompt(golden, model), inputs), 20);
            int row = 0;
            foreach (JsonElement ids in expected.EnumerateArray())
            {
                int[] reference = [.. ids.EnumerateArray().Select(id => id.GetInt32()).Skip(1)];
                int[] padded = [.. written[row], .. new int[reference.Length - written[row].Length]];
                Assert.True(reference.SequenceEqual(padded), $"{folder} {golden.Name} row {row}: [{string.Join(' ', padded)}], expected [{string.Join(' ', reference)}]");
                row++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Padding_changes_nothing(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder);
        using IDisposable noGradient = no_grad();
        foreach (GoldenCase golden in GoldenCase.Read(GoldenFolder(folder)))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor? prompt = TestModels.Prompt(golden, model)?.detach();
            int width = golden.Inputs.Max(row => row.Length) + 13;
            float[] padded = TestModels.Floats(Scores(model, prompt, golden.Inputs, golden.Targets, width));
            List<float> alone = [];
            for (int row = 0; row < golden.Inputs.Length; row++)
            {
                alone.AddRange(TestModels.Floats(Scores(model, prompt, [golden.Inputs[row]], [golden.Targets[row]], 0)));
            }

            Assert.True(GoldenData.Difference(padded, alone.ToArray()) < Tolerance, $"{folder} {golden.Name}");
        }
    }

    private static Tensor Scores(FrozenT5 model, Tensor? prompt, int[][] inputs, int[][] targets, int width) =>
        model.Score(model.Encode(prompt, new TokenBatch(inputs, model.Config.PadId, model.Device, width)), targets).NegativeLogLikelihood;

    /// <summary>The folder's own golden, else that of the checkpoint with the same fingerprint, which does not depend on how weights are stored.</summary>
    internal static string GoldenFolder(string folder)
    {
        if (File.Exists(Path.Combine(folder, "golden.json")))
        {
            return folder;
        }

        string own = Fingerprint(folder);
        return Directory.EnumerateFiles(Path.Combine(folder, "..", ".."), "golden.json", SearchOption.AllDirectories)
            .Select(path => Path.GetDirectoryName(path)!)
            .First(other => Directory.EnumerateFiles(other, "model*.safetensors*").Any() && Fingerprint(other) == own);
    }

    private static string Fingerprint(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder);
        return model.Weights.Fingerprint;
    }

    private static void CompareEncoder(GoldenCase golden, Tensor states, List<Tensor> trace)
    {
        CompareEncoder(golden, "encoder", states);
        for (int i = 0; golden.Has($"encoder_hidden.{i}"); i++)
        {
            CompareEncoder(golden, $"encoder_hidden.{i}", trace[i]);
        }
    }

    // Rows at padded positions are not compared.
    private static void CompareEncoder(GoldenCase golden, string name, Tensor states)
    {
        float[] actual = TestModels.Floats(states);
        float[] expected = golden[name];
        int rows = golden.Inputs.Length;
        int size = expected.Length / rows;
        int dim = (int)states.size(2);
        List<float> keptActual = [], keptExpected = [];
        for (int row = 0; row < rows; row++)
        {
            int used = (golden.PromptLength + golden.Inputs[row].Length) * dim;
            keptActual.AddRange(actual.AsSpan(row * size, used));
            keptExpected.AddRange(expected.AsSpan(row * size, used));
        }

        double difference = GoldenData.Difference(keptActual.ToArray(), keptExpected.ToArray());
        Assert.True(difference < Tolerance, $"{golden.Name} {name}: {difference:E2}");
    }

    private static void Compare(GoldenCase golden, string name, float[] actual, double tolerance)
    {
        double difference = GoldenData.Difference(actual, golden[name]);
        Assert.True(difference < tolerance, $"{golden.Name} {name}: {difference:E2}");
    }

    private static void CompareLosses(GoldenCase golden, double mean, float[] perToken)
    {
        double expected = golden.Info.GetProperty("loss_mean").GetDouble();
        Assert.Equal(expected, mean, LossTolerance * Math.Abs(expected));
        int at = 0;
        int row = 0;
        foreach (JsonElement logProbability in golden.Info.GetProperty("target_log_prob").EnumerateArray())
        {
            int length = golden.Targets[row++].Length;
            double sum = -perToken.AsSpan(at, length).ToArray().Sum(value => (double)value);
            Assert.Equal(logProbability.GetDouble(), sum, LossTolerance * Math.Abs(logProbability.GetDouble()));
            at += length;
        }
    }
}
