using Spot.Transfer;

namespace Spot.Tests.Transfer;

public class RacingRungsTests
{
    [Theory]
    [InlineData(12, 3200, 1, 1.0 / 32, 0.1, "100:2 200:1")] // no more than one run can be paid for
    [InlineData(48, 3200, 1, 1.0 / 32, 0.1, "100:15 200:3")] // 48·100 + 15·100 + 3·3000 = 15,300 of 15,360
    [InlineData(48, 3200, 500, 1.0 / 32, 0.1, "500:2 1000:1")] // rounded up to evaluations, never twice at one
    [InlineData(10, 100, 10, 0.1, 0.5, "10:8 20:4")] // 10·10 + 8·10 + 4·80 = 500 of 500
    [InlineData(10, 100, 10, 0.1, 0.8, "20:7")] // all go on at the first rung
    [InlineData(10, 100, 10, 0.1, 1, "")]
    [InlineData(5, 100, 60, 0.5, 0.1, "60:1")]
    [InlineData(5, 100, 100, 0.5, 0.1, "")]
    [InlineData(1, 800, 100, 0.125, 0.1, "")]
    public void Follow_the_rule(int runs, int steps, int evaluateEvery, double first, double budget, string expected) =>
        Assert.Equal(expected, string.Join(' ', RacingRungs.Create(runs, steps, evaluateEvery, first, budget).Select(rung => $"{rung.Step}:{rung.Keep}")));

    [Theory]
    [InlineData(54, 40, 8, "0:11 8:4")] // 11·8 + 4·32 = 216 of 216
    [InlineData(27, 40, 8, "0:5 8:2")] // 5·8 + 2·32 = 104 of 108
    [InlineData(48, 100_000, 500, "0:26 3500:4")] // 26·3500 + 4·96,500 = 477,000 of 480,000
    [InlineData(30, 40, 40, "0:3")] // no evaluation between start and end
    [InlineData(2, 40, 5, "5:1")]
    [InlineData(1, 40, 5, "")]
    public void Begin_before_the_first_step_where_starts_are_evaluated(int runs, int steps, int evaluateEvery, string expected) =>
        Assert.Equal(expected, string.Join(' ', RacingRungs.Create(runs, steps, evaluateEvery, atStart: true).Select(rung => $"{rung.Step}:{rung.Keep}")));

    [Fact]
    public void Keep_to_the_budget_where_more_than_one_run_reaches_the_end()
    {
        int several = 0;
        foreach (int runs in Enumerable.Range(1, 60))
        {
            foreach ((int steps, int every, double first, double budget, bool atStart) in new[]
            {
                (1000, 7, 0.02, 0.1, false), (1000, 7, 0.02, 0.1, true), (40, 8, 1.0 / 32, 0.1, true), (40, 8, 1.0 / 32, 0.4, false), (100, 1, 0.3, 0.7, true),
            })
            {
                IReadOnlyList<TuningRung> rungs = RacingRungs.Create(runs, steps, every, first, budget, atStart);
                long spent = 0;
                int alive = runs;
                foreach (TuningRung rung in rungs)
                {
                    Assert.InRange(rung.Keep, 1, alive - 1);
                    Assert.True(rung.Step % every == 0 && rung.Step < steps);
                    spent += (long)(alive - rung.Keep) * rung.Step;
                    alive = rung.Keep;
                }

                spent += (long)alive * steps;
                Assert.True(alive == 1 || spent < (budget * runs * steps) + 1e-6, $"{runs} runs of {steps} steps spend {spent}");
                several += alive > 1 ? 1 : 0;
            }
        }

        Assert.True(several > 100);
    }

    [Fact]
    public void Refuse_what_is_no_race()
    {
        Assert.Throws<ArgumentOutOfRangeException>("runs", () => RacingRungs.Create(0, 10, 1));
        Assert.Throws<ArgumentOutOfRangeException>("firstRungFraction", () => RacingRungs.Create(2, 10, 1, firstRungFraction: 1));
        Assert.Throws<ArgumentOutOfRangeException>("budgetFraction", () => RacingRungs.Create(2, 10, 1, budgetFraction: 0));
        Assert.Throws<ArgumentOutOfRangeException>("budgetFraction", () => RacingRungs.Create(2, 10, 1, budgetFraction: double.NaN));
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
        Assert.Equal([1, 4], new TuningRung(1, 2).Survivors(runs));
        Assert.Equal([0, 4], new TuningRung(2, 2).Survivors(runs));
        Assert.Equal([0, 1, 3, 4], new TuningRung(1, 4).Survivors(runs));
    }
}
