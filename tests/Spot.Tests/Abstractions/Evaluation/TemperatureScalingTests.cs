namespace Spot.Tests.Abstractions;

/// <summary>The fitted temperature against a search over all temperatures, and against one that is known.</summary>
public class TemperatureScalingTests
{
    private static readonly string[] Labels = ["a", "b", "c", "d"];

    [Theory]
    [InlineData(0, 25)]
    [InlineData(1, 200)]
    [InlineData(2, 2000)]
    public void No_temperature_makes_the_right_labels_more_likely(int seed, int rows)
    {
        TaskPrediction[] predictions = Drawn(seed, rows, temperature: 1.7, spread: 6);
        double fitted = TemperatureScaling.Fit(Labels, predictions)!.Value;
        double[] grid = [.. Enumerable.Range(-6000, 12001).Select(i => Math.Exp(i / 1000.0))];
        double best = grid.MinBy(temperature => Loss(predictions, temperature));
        Assert.Equal(Math.Log(best), Math.Log(fitted), 0.001);
        Assert.True(Loss(predictions, fitted) <= Loss(predictions, best) + 1e-12);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_temperature_by_which_labels_were_drawn_is_found(double planted)
    {
        TaskPrediction[] predictions = Drawn(7, 20_000, planted, spread: 4 * planted);
        Assert.InRange(TemperatureScaling.Fit(Labels, predictions)!.Value / planted, 0.95, 1.05);
    }

    [Fact]
    public void There_is_none_where_none_is_the_best()
    {
        TaskPrediction[] good = Drawn(3, 200, temperature: 1, spread: 5);
        Assert.NotNull(TemperatureScaling.Fit(Labels, good));
        Assert.Null(TemperatureScaling.Fit(Labels, good[..(TemperatureScaling.LeastRows - 1)]));
        Assert.NotNull(TemperatureScaling.Fit(Labels, good[..100]));
        TaskPrediction[] right = [.. good.Select(one => With(one, Labels[Best(one)]))];
        Assert.Null(TemperatureScaling.Fit(Labels, right)); // the smaller the better
        TaskPrediction[] wrong = [.. good.Select(one => With(one, Labels[one.LabelProbabilities!.Index().MinBy(label => label.Item).Index]))];
        Assert.Null(TemperatureScaling.Fit(Labels, wrong)); // the larger the better
        Assert.Null(TemperatureScaling.Fit(["a"], good.Select(one => With(one, "a") with { LabelProbabilities = [1] })));
        Assert.Null(TemperatureScaling.Fit([], []));
        Assert.Null(TemperatureScaling.Fit(Labels, good.Select(one => one with { LabelProbabilities = null })));
    }

    [Fact]
    public void Rows_that_say_nothing_are_left_out()
    {
        TaskPrediction[] good = Drawn(4, 200, temperature: 1, spread: 5);
        double expected = TemperatureScaling.Fit(Labels, good)!.Value;
        TaskPrediction[] more = [.. good, good[0] with { LabelProbabilities = null }, good[1] with { LabelProbabilities = [0.5, 0.5, double.NaN, 0] }, With(good[2], "none of them")];
        Assert.Equal(expected, TemperatureScaling.Fit(Labels, more));
    }

    [Fact]
    public void A_right_label_that_was_held_impossible_makes_it_less_certain()
    {
        TaskPrediction[] good = Drawn(5, 2000, temperature: 1, spread: 5);
        double before = TemperatureScaling.Fit(Labels, good)!.Value;
        double after = TemperatureScaling.Fit(Labels, [.. good, With(good[0], "b") with { LabelProbabilities = [1, 0, 0, 0] }])!.Value;
        Assert.True(double.IsFinite(after) && after > before);
    }

    [Fact]
    public void An_evaluation_gives_it_and_hands_it_on()
    {
        TaskPrediction[] predictions = Drawn(6, 100, temperature: 2, spread: 5);
        PromptEvaluation evaluation = new(50, 0) { Labels = Labels, Predictions = predictions };
        Assert.Equal(TemperatureScaling.Fit(Labels, predictions), evaluation.CalibrationTemperature);
        Assert.Equal(evaluation.CalibrationTemperature, evaluation.At(3).CalibrationTemperature);
        Assert.Equal(predictions.Length, Labels.Index().Sum(target => Labels.Index().Sum(answer => evaluation.Confusion![target.Index, answer.Index])));
        Assert.Null(new PromptEvaluation(50, 0).CalibrationTemperature);
    }

    /// <summary>Rows of random scores whose right labels are drawn by softmax(score / temperature); the model is taken to say softmax(score).</summary>
    internal static TaskPrediction[] Drawn(int seed, int rows, double temperature, double spread) => [.. Enumerable.Range(0, rows).Select(row =>
    {
        SplitMix64 random = SplitMix64.For("calibration", seed, row);
        double[] scores = [.. Labels.Select(_ => spread * random.NextDouble())];
        double at = random.NextDouble();
        double[] share = Softmax(scores, temperature);
        int right = 0;
        while (right < share.Length - 1 && (at -= share[right]) > 0)
        {
            right++;
        }

        double[] said = Softmax(scores, 1);
        int answer = said.Index().MaxBy(label => label.Item).Index;
        return new TaskPrediction(new TextExample($"row {row}", Labels[right]), Labels[answer], answer) { LabelProbabilities = said };
    })];

    private static TaskPrediction With(TaskPrediction prediction, string target) => prediction with { Example = new TextExample(prediction.Example.Input, target) };

    private static int Best(TaskPrediction prediction) => prediction.LabelProbabilities!.Index().MaxBy(label => label.Item).Index;

    private static double Loss(TaskPrediction[] predictions, double temperature) => predictions.Average(prediction =>
        -Math.Log(Softmax([.. prediction.LabelProbabilities!.Select(p => Math.Log(p))], temperature)[Array.IndexOf(Labels, prediction.Example.Target)]));

    private static double[] Softmax(double[] scores, double temperature)
    {
        double most = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp((score - most) / temperature))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
