using Spot.Transfer;

namespace Spot.Tests.Transfer;

public class TransferRoundsTests
{
    [Theory]
    [InlineData(12, 3200, 1, 1.0 / 32, 3, "100:4 300:2 900:1")]
    [InlineData(12, 3200, 500, 1.0 / 32, 3, "500:4 1000:2 1500:1")] // rounded up to evaluations, never twice at one
    [InlineData(8, 800, 100, 0.125, 2, "100:4 200:2 400:1")]
    [InlineData(1, 800, 100, 0.125, 2, "")]
    [InlineData(5, 100, 100, 0.5, 2, "")]
    [InlineData(3, 1000, 10, 0.1, 1.5, "100:2 150:1")]
    public void Follow_the_rule(int runs, int steps, int evaluateEvery, double first, double reduction, string expected) =>
        Assert.Equal(expected, string.Join(' ', TransferRounds.Create(runs, steps, evaluateEvery, first, reduction).Select(round => $"{round.Step}:{round.Keep}")));

    [Theory]
    [InlineData(18, 40, 5, "0:6 5:2 10:1")]
    [InlineData(2, 40, 5, "0:1")]
    [InlineData(1, 40, 5, "")]
    public void Begin_before_the_first_step_where_starts_are_evaluated(int runs, int steps, int evaluateEvery, string expected) =>
        Assert.Equal(expected, string.Join(' ', TransferRounds.Create(runs, steps, evaluateEvery, atStart: true).Select(round => $"{round.Step}:{round.Keep}")));

    [Fact]
    public void Refuse_what_is_no_race()
    {
        Assert.Throws<ArgumentOutOfRangeException>("runs", () => TransferRounds.Create(0, 10, 1));
        Assert.Throws<ArgumentOutOfRangeException>("first", () => TransferRounds.Create(2, 10, 1, first: 1));
        Assert.Throws<ArgumentOutOfRangeException>("reduction", () => TransferRounds.Create(2, 10, 1, reduction: 1));
    }

    [Fact]
    public void The_best_so_far_survive_and_the_earlier_of_equals()
    {
        TuningEvaluation[][] runs =
        [
            [new(1, 5, 0), new(2, 90, 0)], // better, but only later
            [new(1, 30, 0)],
            [new(1, double.NaN, 0)],
            [new(1, 30, 0)],
            [new(1, 40, 0)],
        ];
        Assert.Equal([1, 4], new TuningRound(1, 2).Survivors(runs));
        Assert.Equal([0, 4], new TuningRound(2, 2).Survivors(runs));
        Assert.Equal([0, 1, 3, 4], new TuningRound(1, 4).Survivors(runs));
    }
}
