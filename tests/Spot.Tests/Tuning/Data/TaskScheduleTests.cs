using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class TaskScheduleTests
{
    [Theory]
    [InlineData(new[] { 7, 2, 1 })]
    [InlineData(new[] { 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(new[] { 1, 62, 1 })]
    [InlineData(new[] { 393, 364, 105, 101, 88, 88, 77, 67, 40, 40, 27, 25, 25, 524, 524, 560 })]
    [InlineData(new[] { 5 })]
    public void Every_whole_round_has_exactly_the_shares(int[] shares)
    {
        TaskSchedule schedule = new([.. shares.Select(share => (double)share / shares.Sum())]);
        for (int round = 1; round <= 20; round++)
        {
            int[] drawn = new int[shares.Length];
            for (int i = 0; i < shares.Sum(); i++)
            {
                int task = schedule.Next(out long number);
                Assert.Equal(((round - 1) * shares[task]) + drawn[task]++, number);
            }

            Assert.Equal(shares, drawn);
        }
    }

    [Fact]
    public void Every_stretch_of_draws_is_close_to_the_rates()
    {
        double[] rates = [0.503, 0.211, 0.117, 0.0893, 0.0607, 0.019];
        TaskSchedule schedule = new(rates);
        int[] tasks = [.. Enumerable.Range(0, 5_000).Select(_ => schedule.Next(out long _))];
        foreach (int batch in new[] { 8, 32 })
        {
            for (int start = 0; start + batch <= tasks.Length; start++)
            {
                ArraySegment<int> stretch = new(tasks, start, batch);
                for (int task = 0; task < rates.Length; task++)
                {
                    double off = stretch.Count(drawn => drawn == task) - (rates[task] * batch);
                    Assert.True(Math.Abs(off) < 2.5, $"{batch} draws from {start}: task {task} came {off:F2} times more often than its rate says");
                }
            }
        }
    }

    [Fact]
    public void The_order_is_that_of_the_least_count_and_a_half_over_rate()
    {
        // 0.83; of 2.5, 2.5 and 2.5 the earlier ones first; 4.17; 5.83; 7.5, 7.5 and 7.5; 9.17
        Assert.Equal([0, 0, 1, 2, 0, 0, 0, 1, 2, 0], Draws(new TaskSchedule([0.6, 0.2, 0.2]), 10));
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3], Draws(new TaskSchedule([0.25, 0.25, 0.25, 0.25]), 8));
    }

    [Fact]
    public void A_restart_goes_back_to_the_first_draw()
    {
        TaskSchedule schedule = new([0.3, 0.6, 0.1]);
        int[] first = Draws(schedule, 37);
        schedule.Restart();
        Assert.Equal(first, Draws(schedule, 37));
    }

    [Fact]
    public void A_task_of_no_share_is_never_drawn() => Assert.DoesNotContain(1, Draws(new TaskSchedule([0.5, 0, 0.5]), 100));

    private static int[] Draws(TaskSchedule schedule, int count) => [.. Enumerable.Range(0, count).Select(_ => schedule.Next(out long _))];
}
