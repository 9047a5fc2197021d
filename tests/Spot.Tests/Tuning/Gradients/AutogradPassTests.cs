using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>Automatic differentiation block by block against one graph over the whole model.</summary>
public class AutogradPassTests
{
    public static TheoryData<string, double> Cases() => ActivationCheckpointingTests.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_of_prompt_and_weights_equal_those_of_one_graph(string name, double dropout)
    {
        string folder = TestPaths.Golden(Path.Combine("t5", name));
        using FrozenT5 model = TestModels.Load(folder);
        foreach (Tensor weight in model.Weights.Tensors.Values)
        {
            weight.requires_grad_();
        }

        foreach (GoldenCase golden in GoldenCase.Read(folder))
        {
            foreach (bool withPrompt in golden.PromptLength > 0 ? new[] { true, false } : [false])
            {
                AssertEqual(Gradients(model, golden, withPrompt, dropout, OneGraph), Gradients(model, golden, withPrompt, dropout, Blockwise));
            }
        }
    }

    [Fact]
    public void Gradients_add_up_over_passes()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        Tensor table = model.Weights[T5Layout.Bias("encoder")].requires_grad_();
        GoldenCase golden = GoldenCase.Read(TestPaths.Golden("t5/v1_1")).First();
        Dictionary<string, float[]> once = Gradients(model, golden, withPrompt: false, 0, Blockwise);
        Dictionary<string, float[]> twice = Gradients(model, golden, withPrompt: false, 0, (m, prompt, inputs, targets, masks) =>
        {
            Blockwise(m, prompt, inputs, targets, masks);
            return Blockwise(m, prompt, inputs, targets, masks);
        });
        Assert.Equal([T5Layout.Bias("encoder")], once.Keys.Where(key => key != "loss")); // and nothing else got one
        Assert.Equal(once[T5Layout.Bias("encoder")].Select(value => 2 * value), twice[T5Layout.Bias("encoder")]);
        Assert.True(table.requires_grad);
    }

    private delegate double Pass(FrozenT5 model, Tensor? prompt, TokenBatch inputs, int[][] targets, DropoutMasks? dropout);

    private static double Blockwise(FrozenT5 model, Tensor? prompt, TokenBatch inputs, int[][] targets, DropoutMasks? dropout) =>
        new AutogradPass(model, zLoss: 1, checkpointing: true).ForwardBackward(prompt, inputs, targets, 0.125, dropout);

    private static double OneGraph(FrozenT5 model, Tensor? prompt, TokenBatch inputs, int[][] targets, DropoutMasks? dropout)
    {
        TargetScores scores = model.Score(model.Encode(prompt, inputs, dropout), targets, dropout);
        Tensor loss = scores.NegativeLogLikelihood.sum();
        using Scalar share = 0.125;
        (loss.Plus((scores.LogZ * scores.LogZ).sum()) * share).backward();
        return loss.item<float>();
    }

    private static Dictionary<string, float[]> Gradients(FrozenT5 model, GoldenCase golden, bool withPrompt, double dropout, Pass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? prompt = withPrompt ? TestModels.Prompt(golden, model) : null;
        int[] rows = [.. Enumerable.Range(0, golden.Inputs.Length)];
        DropoutMasks? masks = dropout > 0 ? new DropoutMasks(dropout, 5, 3, rows, model.Type, model.Device) : null;
        double loss = pass(model, prompt, new TokenBatch(golden.Inputs, model.Config.PadId, TestDevice.Device), golden.Targets, masks);

        Dictionary<string, float[]> gradients = new() { ["loss"] = [(float)loss] };
        foreach ((string name, Tensor tensor) in model.Weights.Tensors.Append(new("prompt", prompt!)).Where(entry => entry.Value?.grad is not null))
        {
            gradients[name] = TestModels.Floats(tensor.grad!);
            tensor.grad!.zero_();
            tensor.grad = null;
        }

        return gradients;
    }

    private static void AssertEqual(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string name, float[] values) in expected)
        {
            Assert.True(GoldenData.Difference(actual[name], values) < 1e-5, $"{name}: {GoldenData.Difference(actual[name], values):E2}");
        }
    }
}
