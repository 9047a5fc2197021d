using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>Labels ranked by likelihood, against the reference's likelihoods and against one label at a time.</summary>
public class RankedAnswersTests
{
    public static TheoryData<string> Models => ["t5/v1_0", "t5/v1_1", "t5/mt5"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Log_likelihoods_equal_the_reference(string name)
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden(name));
        using IDisposable noGradient = no_grad();
        foreach (GoldenCase golden in GoldenCase.Read(TestPaths.Golden(name)))
        {
            using DisposeScope scope = NewDisposeScope();
            EncodedBatch encoded = model.Encode(TestModels.Prompt(golden, model), new TokenBatch(golden.Inputs, model.Config.PadId, TestDevice.Device));
            double[][] scores = new RankedAnswers(model, golden.Targets, perToken: false).LogLikelihoods(encoded);
            double[] expected = [.. golden.Info.GetProperty("target_log_prob").EnumerateArray().Select(value => value.GetDouble())];
            for (int row = 0; row < expected.Length; row++)
            {
                Assert.Equal(expected[row], scores[row][row], 1e-5 * Math.Abs(expected[row]));
            }
        }
    }

    [Theory]
    [InlineData(40, 4)] // more pairs than a pass of the decoder has rows
    [InlineData(9, 61)] // a label so long that a pass has few rows
    [InlineData(3, 300)]
    public void Log_likelihoods_equal_one_label_at_a_time(int count, int longest)
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int[][] labels = Labels(count, longest), inputs = TestPrompts.Inputs(5);
        EncodedBatch encoded = model.Encode(TestPrompts.Rows(TestPrompts.Of(model, 4, 0)), new TokenBatch(inputs, model.Config.PadId, TestDevice.Device));
        double[][] scores = new RankedAnswers(model, labels, perToken: false).LogLikelihoods(encoded);
        for (int row = 0; row < inputs.Length; row++)
        {
            for (int label = 0; label < count; label++)
            {
                double expected = OneAtATime(model, TestPrompts.Of(model, 4, 0), inputs[row], labels[label]);
                Assert.Equal(expected, scores[row][label], 1e-5 * Math.Abs(expected));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Choice_equals_naive_ranking_in_any_batch(bool perToken)
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        int[][] labels = Labels(12, 6), inputs = TestPrompts.Inputs(20);
        SoftPrompt?[] prompts = [TestPrompts.Of(model, 6, 3), null];
        CancellationToken cancel = TestContext.Current.CancellationToken;
        RankedAnswer[][] chosen = new RankedAnswers(model, labels, perToken).Run(prompts, inputs, cancel);
        RankedAnswer[][] other = new RankedAnswers(model, labels, !perToken).Run(prompts, inputs, cancel);
        Assert.NotEqual(chosen.Select(row => row.Select(answer => answer.Label)), other.Select(row => row.Select(answer => answer.Label)));
        using IDisposable noGradient = no_grad();
        for (int prompt = 0; prompt < prompts.Length; prompt++)
        {
            for (int input = 0; input < inputs.Length; input++)
            {
                using DisposeScope scope = NewDisposeScope();
                double[] scores = [.. labels.Select(label => OneAtATime(model, prompts[prompt], inputs[input], label) / (perToken ? label.Length : 1))];
                Assert.Equal(Array.IndexOf(scores, scores.Max()), chosen[prompt][input].Label);
                double sum = scores.Sum(Math.Exp);
                Assert.All(scores.Zip(chosen[prompt][input].Probabilities!), pair => Assert.Equal(Math.Exp(pair.First) / sum, pair.Second, 1e-4));
                Assert.Equal(chosen[prompt][input].Label, new RankedAnswers(model, labels, perToken).Run([prompts[prompt]], [inputs[input]], cancel)[0][0].Label);
            }
        }
    }

    [Fact]
    public void Where_the_model_computes_NaN_no_label_is_chosen()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        EncodedBatch encoded = model.Encode(null, new TokenBatch([[5, 1], [6, 1]], 0, TestDevice.Device));
        encoded.States[1, 0, 0] = tensor(float.NaN);
        RankedAnswer[] chosen = new RankedAnswers(model, Labels(3, 3), perToken: false).Choose(encoded);
        Assert.InRange(chosen[0].Label, 0, 2);
        Assert.Equal((-1, null), (chosen[1].Label, chosen[1].Probabilities));
    }

    // The sum over the label's tokens, end of sequence included.
    private static double OneAtATime(FrozenT5 model, SoftPrompt? prompt, int[] input, int[] label)
    {
        using DisposeScope scope = NewDisposeScope();
        EncodedBatch encoded = model.Encode(TestPrompts.Rows(prompt), new TokenBatch([input], model.Config.PadId, TestDevice.Device));
        return -TestModels.Floats(model.Score(encoded, [label]).NegativeLogLikelihood).Sum(value => (double)value);
    }

    // Of two to six tokens, one of them of the longest length; end of sequence included.
    private static int[][] Labels(int count, int longest)
    {
        int Words(int label) => label == count / 2 ? longest - 1 : 1 + (label * 3 % 5);
        return [.. Enumerable.Range(0, count).Select(label => (int[])[.. Enumerable.Range(0, Words(label)).Select(i => 3 + (((label * 37) + (i * 11)) % 200)), 1])];
    }
}
