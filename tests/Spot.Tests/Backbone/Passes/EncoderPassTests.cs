using Spot.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>The encoder's own backward pass against automatic differentiation and the reference's gradients.</summary>
public class EncoderPassTests
{
    public static TheoryData<string> Checkpoints() => T5GoldenTests.Checkpoints();

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void States_and_gradient_equal_the_reference(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder, device: CPU);
        Assert.True(CpuKernels.Support(model.Config, CPU));
        foreach (GoldenCase golden in GoldenCase.Read(T5GoldenTests.GoldenFolder(folder)).Where(c => c.PromptLength > 0))
        {
            EncodedExample[] batch = [.. golden.Inputs.Zip(golden.Targets, (input, target) => new EncodedExample(input, target))];
            TuningOptions options = new() { Dropout = 0, ZLoss = 0, MicroBatchSize = batch.Length };
            PromptGradient gradient = new(model, options);
            float[] actual = gradient.ForwardBackward(golden["prompt"], golden.PromptLength, batch, 0);
            double difference = GoldenData.Difference(actual, golden["prompt_grad"]);
            Assert.True(difference < 5e-5, $"{folder} {golden.Name}: {difference:E2}");
            double loss = golden.Info.GetProperty("loss_mean").GetDouble();
            Assert.Equal(loss, gradient.Loss, 1e-5 * loss);
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Equals_automatic_differentiation_with_dropout(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder, device: CPU);
        foreach (GoldenCase golden in GoldenCase.Read(T5GoldenTests.GoldenFolder(folder)).Where(c => c.PromptLength > 0))
        {
            EncodedExample[] batch = [.. golden.Inputs.Zip(golden.Targets, (input, target) => new EncodedExample(input, target))];
            TuningOptions options = new() { Dropout = 0.25, MicroBatchSize = 2 };
            float[] byHand = new PromptGradient(model, options).ForwardBackward(golden["prompt"], golden.PromptLength, batch, 3);
            float[] automatic = new PromptGradient(model, options, automatic: true).ForwardBackward(golden["prompt"], golden.PromptLength, batch, 3);
            double difference = GoldenData.Difference(byHand, automatic);
            Assert.True(difference < 5e-5, $"{folder} {golden.Name}: {difference:E2}");
        }
    }

    [Fact]
    public void In_bfloat16_it_is_as_near_to_float32_as_automatic_differentiation_is()
    {
        string folder = TestPaths.Golden("t5/v1_1");
        using FrozenT5 model = TestModels.Load(folder, ScalarType.BFloat16, CPU);
        foreach (GoldenCase golden in GoldenCase.Read(folder).Where(c => c.PromptLength > 0))
        {
            EncodedExample[] batch = [.. golden.Inputs.Zip(golden.Targets, (input, target) => new EncodedExample(input, target))];
            TuningOptions options = new() { Dropout = 0, ZLoss = 0 };
            double byHand = Distance(new PromptGradient(model, options).ForwardBackward(golden["prompt"], golden.PromptLength, batch, 0), golden["prompt_grad"]);
            double automatic = Distance(new PromptGradient(model, options, automatic: true).ForwardBackward(golden["prompt"], golden.PromptLength, batch, 0), golden["prompt_grad"]);
            Assert.True(byHand < (1.3 * automatic) + 0.01, $"{golden.Name}: {byHand:F4} by hand, {automatic:F4} automatically");
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Answering_and_tuning_compute_the_same_states(string folder)
    {
        using FrozenT5 model = TestModels.Load(folder, device: CPU);
        using IDisposable noGradient = no_grad();
        foreach (GoldenCase golden in GoldenCase.Read(T5GoldenTests.GoldenFolder(folder)).Where(c => c.PromptLength > 0))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor prompt = TestModels.Prompt(golden, model)!;
            TokenBatch inputs = new(golden.Inputs, model.Config.PadId, CPU);
            using EncoderPass pass = new(model.Encoder, model.Config);
            Tensor tuning = pass.Forward(model.Embeddings(prompt, inputs), inputs.KeyMask(golden.PromptLength), null);
            Tensor answering = model.Encode(prompt, inputs).States;
            double largest = tuning.abs().max().item<float>();
            for (int row = 0; row < inputs.Count; row++)
            {
                Tensor apart = tuning[row] - answering[row];
                Assert.InRange(apart.narrow(0, 0, golden.PromptLength + inputs.Length(row)).abs().max().item<float>(), 0, 1e-5 * largest);
            }
        }
    }

    [Fact]
    public void With_checkpointing_only_the_inputs_of_the_blocks_are_kept()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"), device: CPU);
        (long kept, long before) = (Kept(checkpointing: false), Kept(checkpointing: true));
        int blocks = model.Config.EncoderLayers;
        Assert.True(kept - before >= 6 * (blocks - 1), $"{kept} tensors without, {before} with"); // q, k, v, p, gate, up, …

        long Kept(bool checkpointing)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            using EncoderPass pass = new(model.Encoder, model.Config, checkpointing);
            long before = DisposeScopeManager.Statistics.DetachedFromScopeCount;
            pass.Forward(ones(2, 9, model.Config.Dim), null, null);
            return DisposeScopeManager.Statistics.DetachedFromScopeCount - before + scope.DisposablesCount;
        }
    }

    private static double Distance(float[] actual, float[] expected)
    {
        double error = actual.Zip(expected, (a, e) => (double)(a - e) * (a - e)).Sum();
        return Math.Sqrt(error / expected.Sum(e => (double)e * e));
    }
}
