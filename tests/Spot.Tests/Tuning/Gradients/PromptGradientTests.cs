using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

/// <summary>
/// The gradient that tuning follows, on a small random T5. (The trained bundled model is less even: there, rounding the prompt's last bit
/// already moves the gradient by 1e-4 of its largest value.)
/// </summary>
public sealed class PromptGradientTests : IDisposable
{
    private const int Length = 6;
    // Inputs and targets of many lengths; one target is longer than a head is wide, where cross-attention takes its other path.
    private static readonly int[] InputLengths = [2, 11, 19, 5, 8, 13, 4, 11], TargetLengths = [2, 2, 9, 2, 3, 2, 4, 6];

    private readonly FrozenT5 _model = TestModels.Load(TestPaths.Golden(Path.Combine("t5", "v1_1")));
    private readonly EncodedExample[] _batch;
    private readonly float[] _prompt;

    public PromptGradientTests()
    {
        _batch = [.. Enumerable.Range(0, InputLengths.Length)
            .Select(i => new EncodedExample(Ids($"input {i}", InputLengths[i]), Ids($"target {i}", TargetLengths[i])))];
        _prompt = NumberStream.Uniform("prompt", Length * _model.Config.Dim, 2);
    }

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void Is_the_same_however_the_batch_is_cut(double dropout)
    {
        (float[] whole, double loss) = Gradient(Options(dropout, microBatch: 8));
        foreach (int microBatch in new[] { 1, 3, 5, 100 })
        {
            (float[] cut, double cutLoss) = Gradient(Options(dropout, microBatch: microBatch));
            Assert.True(GoldenData.Difference(cut, whole) < 1e-5, $"passes of {microBatch}: {GoldenData.Difference(cut, whole):E2}");
            Assert.Equal(loss, cutLoss, 1e-5 * loss);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(0.1, false)]
    [InlineData(0.1, true)]
    public void Is_the_same_however_much_is_padded(double dropout, bool automatic)
    {
        PromptGradient trimming = new(_model, Options(dropout, microBatch: 1), automatic), padding = new(_model, Options(dropout), automatic, width: 40);
        float[] trimmed = trimming.ForwardBackward(_prompt, Length, _batch, 0), padded = padding.ForwardBackward(_prompt, Length, _batch, 0);
        Assert.NotEqual(trimmed, padded); // another order of sums: it has been computed otherwise
        Assert.True(GoldenData.Difference(padded, trimmed) < 1e-5, $"{GoldenData.Difference(padded, trimmed):E2}");
        Assert.Equal(trimming.Loss, padding.Loss, 1e-5 * trimming.Loss);
    }

    [Fact]
    public void Dropout_changes_with_the_step_and_the_seed()
    {
        (float[] first, _) = Gradient(Options(0.1));
        Assert.Equal(first, Gradient(Options(0.1)).Gradient);
        Assert.True(GoldenData.Difference(Gradient(Options(0.1), step: 1).Gradient, first) > 0.01);
        TuningOptions other = Options(0.1);
        other.Seed = 1;
        Assert.True(GoldenData.Difference(Gradient(other).Gradient, first) > 0.01);
        Assert.Equal(Gradient(Options(0)).Gradient, Gradient(Options(0), step: 1).Gradient);
    }

    [Fact]
    public void The_checkpoints_dropout_is_used_where_none_is_set()
    {
        Assert.Equal(0.1, _model.Config.Dropout);
        TuningOptions unset = Options(0.1);
        unset.Dropout = null;
        Assert.Equal(Gradient(Options(0.1)).Gradient, Gradient(unset).Gradient);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Is_the_slope_of_the_loss(double dropout)
    {
        TuningOptions options = Options(dropout);
        (float[] gradient, _) = Gradient(options);
        foreach (double[] direction in Directions(gradient))
        {
            AssertSlope(prompt => Loss(prompt, options), gradient, direction);
        }
    }

    [Fact]
    public void Loss_is_the_mean_over_target_tokens_without_z_loss()
    {
        TuningOptions options = Options(0, zLoss: 0.5);
        using DisposeScope scope = NewDisposeScope();
        TargetScores scores = Scores(_prompt);
        Assert.Equal(_batch.Sum(example => example.Target.Length), scores.Tokens);
        Assert.Equal(scores.NegativeLogLikelihood.mean().item<float>(), Gradient(options).Loss, 1e-5);
    }

    [Fact]
    public void Z_loss_adds_its_share_of_the_mean_squared_log_normaliser()
    {
        (float[] plain, _) = Gradient(Options(0));
        (float[] withOne, _) = Gradient(Options(0, zLoss: 1));
        float[] added = [.. withOne.Zip(plain, (a, b) => a - b)];
        foreach (double[] direction in Directions(added))
        {
            AssertSlope(SquaredLogZ, added, direction);
        }

        (float[] withQuarter, _) = Gradient(Options(0, zLoss: 0.25));
        float[] expected = [.. plain.Zip(added, (a, b) => a + (0.25f * b))];
        Assert.True(GoldenData.Difference(withQuarter, expected) < 1e-5);
    }

    private static TuningOptions Options(double dropout, int microBatch = 8, double zLoss = 0) => new() { Dropout = dropout, MicroBatchSize = microBatch, ZLoss = zLoss };

    // The gradient itself, and random directions; all of length 1.
    private static IEnumerable<double[]> Directions(float[] gradient)
    {
        yield return Unit([.. gradient.Select(value => (double)value)]);
        for (int i = 0; i < 4; i++)
        {
            yield return Unit([.. NumberStream.Uniform($"direction {i}", gradient.Length, 1).Select(value => (double)value)]);
        }
    }

    private static double[] Unit(double[] values)
    {
        double norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / norm)];
    }

    // The error allowed is a share of the steepest slope: rounding of the loss in float32 is the same in every direction.
    private void AssertSlope(Func<float[], double> loss, float[] gradient, double[] direction)
    {
        const double h = 0.002;
        double slope = gradient.Zip(direction, (g, d) => g * d).Sum();
        double steepest = Math.Sqrt(gradient.Sum(value => (double)value * value));
        double measured = (loss(Moved(h)) - loss(Moved(-h))) / (2 * h);
        Assert.True(Math.Abs(measured - slope) < 1e-3 * steepest, $"measured {measured:E4}, gradient says {slope:E4}, steepest {steepest:E4}");

        float[] Moved(double by) => [.. _prompt.Zip(direction, (p, d) => (float)(p + (by * d)))];
    }

    private (float[] Gradient, double Loss) Gradient(TuningOptions options, long step = 0)
    {
        PromptGradient gradient = new(_model, options);
        float[] values = gradient.ForwardBackward(_prompt, Length, _batch, step);
        return (values, gradient.Loss);
    }

    private double Loss(float[] prompt, TuningOptions options)
    {
        PromptGradient gradient = new(_model, options);
        gradient.ForwardBackward(prompt, Length, _batch, 0);
        return gradient.Loss;
    }

    private int[] Ids(string name, int length) =>
        [.. NumberStream.Top24(name, length - 1).Select(number => 2 + (number % (_model.Config.VocabularySize - 2))), _model.Config.EosId];

    private double SquaredLogZ(float[] prompt)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return TestModels.Floats(Scores(prompt).LogZ).Average(logZ => (double)logZ * logZ);
    }

    private TargetScores Scores(float[] prompt)
    {
        TokenBatch inputs = new([.. _batch.Select(example => example.Input)], _model.Config.PadId, TestDevice.Device);
        Tensor rows = PromptTensor.From(prompt, Length, _model.Config.Dim, TestDevice.Device);
        return _model.Score(_model.Encode(rows, inputs), [.. _batch.Select(example => example.Target)]);
    }
}
