namespace Spot.Tests.Abstractions;

public class TaskMixtureTests
{
    private static readonly TextExample A = new("one", "yes");

    [Theory] // (min(n, K))^(1 / T) over its sum: the cap comes before the temperature (seqio's mixing_rate_num_examples).
    [InlineData(1, TaskMixture.DefaultCap)]
    [InlineData(2, TaskMixture.DefaultCap)]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(0.5, 64)]
    public void Rates_follow_from_the_examples_the_cap_and_the_temperature(double temperature, long cap)
    {
        int[] sizes = [600_000, 100, 16, 1];
        TaskMixture mixture = new("m", [.. sizes.Select((size, i) => new MixtureTask(Task($"t{i}", size)))], temperature, cap);
        double[] weights = [.. sizes.Select(size => Math.Pow(size < cap ? size : cap, 1 / temperature))];
        Assert.Equal(1, mixture.Rates.Sum(), 1e-12);
        for (int i = 0; i < sizes.Length; i++)
        {
            Assert.Equal(weights[i] / weights.Sum(), mixture.Rates[i], 1e-12);
        }

        Assert.Equal((temperature, cap), (mixture.Temperature, mixture.Cap));
    }

    [Fact]
    public void The_default_cap_is_2_to_the_19()
    {
        TaskMixture mixture = new("m", [new(Task("a", 524_288)), new(Task("b", 600_000)), new(Task("c", 524_287))]);
        Assert.Equal(mixture.Rates[0], mixture.Rates[1]);
        Assert.Equal(524_287 / 524_288.0, mixture.Rates[2] / mixture.Rates[0], 1e-12);
    }

    [Fact]
    public void A_limit_lowers_the_rate_and_a_rate_replaces_it()
    {
        TaskMixture limited = new("m", [new(Task("a", 30)) { Limit = 10 }, new(Task("b", 30)), new(Task("c", 5)) { Limit = 100 }]);
        Assert.Equal([10 / 45.0, 30 / 45.0, 5 / 45.0], limited.Rates.Select(rate => Math.Round(rate, 15)), (x, y) => Math.Abs(x - y) < 1e-12);
        TaskMixture rated = new("m", [new(Task("a", 30)) { Rate = 90 }, new(Task("b", 30))], temperature: 1);
        Assert.Equal([0.75, 0.25], rated.Rates);
    }

    [Fact]
    public void Labels_are_those_of_all_tasks_each_once()
    {
        TextTask first = new("a", ["yes", "no"], [A], [A]), second = new("b", ["maybe", "yes"], [A], [A]);
        Assert.Equal(["yes", "no", "maybe"], new TaskMixture("m", [new(first), new(second)]).Labels);
    }

    [Fact]
    public void A_task_is_a_mixture_of_itself()
    {
        TextTask task = Task("a", 3);
        TaskMixture mixture = task;
        Assert.Equal("a", mixture.Name);
        Assert.Same(task, Assert.Single(mixture.Tasks).Task);
        Assert.Equal([1.0], mixture.Rates);
        Assert.Equal(task.Fingerprint, mixture.Fingerprint);
        Assert.Equal(task.Fingerprint, TaskMixture.FromTextTask(task).Fingerprint);
        Assert.Throws<ArgumentNullException>("task", () => TaskMixture.FromTextTask(null!));
    }

    [Fact]
    public void The_fingerprint_is_the_same_for_the_same_tasks_and_changes_with_all_that_is_drawn()
    {
        Assert.Equal(Mixture().Fingerprint, Mixture().Fingerprint);
        Assert.Equal(Mixture().Fingerprint, new TaskMixture("m", [new(Task("a", 30)) { Limit = 30 }, new(Task("b", 20))]).Fingerprint); // no limit at all
        TaskMixture[] mixtures =
        [
            Mixture(),
            new("n", [new(Task("a", 30)), new(Task("b", 20))]),
            new("m", [new(Task("b", 20)), new(Task("a", 30))]),
            new("m", [new(Task("a", 30)), new(Task("c", 20))]),
            new("m", [new(Task("a", 30)), new(Task("b", 19))]),
            new("m", [new(Task("a", 30)) { Limit = 29 }, new(Task("b", 20))]),
            new("m", [new(Task("a", 30)) { Limit = 29, Rate = 30 }, new(Task("b", 20)) { Rate = 20 }]),
            new("m", [new(Task("a", 30)) { Rate = 31 }, new(Task("b", 20))]),
            new("m", [new(Task("a", 30)), new(Task("b", 20))], temperature: 2),
            new("m", [new(Task("a", 30)), new(Task("b", 20))], cap: 25),
            new("m", [new(Task("a", 30))]),
            new("a", [new(Task("a", 30))]),
            new("a", [new(Task("a", 30)) { Limit = 29 }]),
        ];
        Assert.Equal(mixtures.Length, mixtures.Select(mixture => mixture.Fingerprint).Distinct().Count());
        Assert.All(mixtures, mixture => Assert.Matches("^[0-9a-f]{64}$", mixture.Fingerprint));
    }

    [Fact]
    public void Keeps_its_tasks_when_the_list_changes()
    {
        List<MixtureTask> tasks = [new(Task("a", 3)), new(Task("b", 3))];
        TaskMixture mixture = new("m", tasks);
        tasks.Clear();
        Assert.Equal(["a", "b"], mixture.Tasks.Select(task => task.Task.Name));
    }

    [Fact]
    public void Refuses_what_cannot_be_mixed_and_says_what()
    {
        TextTask task = Task("a", 3);
        Assert.Contains("The mixture 'm' has no tasks", Message(() => new("m", [])), StringComparison.Ordinal);
        Assert.Contains("two tasks named 'a'", Message(() => new("m", [new(task), new(Task("b", 1)), new(Task("a", 4))])), StringComparison.Ordinal);
        Assert.Contains("the limit of 'a' is 0", Message(() => new("m", [new(task) { Limit = 0 }])), StringComparison.Ordinal);
        foreach ((double rate, string said) in new[] { (0, "0"), (-1.5, "-1.5"), (double.NaN, "NaN"), (double.PositiveInfinity, "Infinity") })
        {
            Assert.Contains($"the rate of 'a' is {said}; it must be above 0", Message(() => new("m", [new(task) { Rate = rate }])), StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>("name", () => new TaskMixture(" ", [new(task)]));
        Assert.Throws<ArgumentNullException>("tasks", () => new TaskMixture("m", null!));
        Assert.Throws<ArgumentOutOfRangeException>("cap", () => new TaskMixture("m", [new(task)], cap: 0));
        foreach (double temperature in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>("temperature", () => new TaskMixture("m", [new(task)], temperature));
        }
    }

    private static TaskMixture Mixture() => new("m", [new(Task("a", 30)), new(Task("b", 20))]);

    private static TextTask Task(string name, int count) => new(name, [], [.. Enumerable.Repeat(A, count)], [A]);

    private static string Message(Func<TaskMixture> make) => Assert.Throws<ArgumentException>(make).Message;
}
