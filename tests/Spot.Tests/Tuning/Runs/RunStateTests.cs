using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Which of a run's evaluations is the best.</summary>
public class RunStateTests
{
    [Fact]
    public void The_highest_score_wins_and_of_equals_the_earliest()
    {
        Assert.Equal(-1, Best());
        Assert.Equal(1, Best([10], [30], [30], [20]));
        Assert.Equal(1, Best([10, 20], [40, 0], [20, 20]));
    }

    [Fact]
    public void A_number_beats_what_is_undefined() => Assert.Equal(2, Best([double.NaN, 100], [double.NaN, double.NaN], [-50, -50], [double.NaN, 90]));

    [Fact]
    public void Of_undefined_scores_fewer_undefined_metrics_win_then_the_mean_of_the_others()
    {
        Assert.Equal(1, Best([double.NaN, 40, 20], [double.NaN, 50, 20], [double.NaN, double.NaN, 90]));
        Assert.Equal(2, Best([double.NaN, double.NaN], [double.NaN, double.NaN], [double.NaN, 1]));
        Assert.Equal(0, Best([double.NaN], [double.NaN]));
    }

    private static int Best(params double[][] evaluations) => new RunState
    {
        Evaluations = [.. evaluations.Select((metrics, step) => new TuningEvaluation(step + 1, metrics.Average(), 0)
        {
            Metrics = metrics.Select((value, i) => (Name: $"metric {i}", value)).ToDictionary(metric => metric.Name, metric => metric.value),
        })],
    }.BestIndex;
}
