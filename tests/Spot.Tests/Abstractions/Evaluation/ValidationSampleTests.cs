using Spot.Tests.Tuning;
using Spot.Tuning;

namespace Spot.Tests.Abstractions;

/// <summary>Which validation examples score a checkpoint.</summary>
public sealed class ValidationSampleTests : ToyTests
{
    [Fact]
    public void A_file_that_is_sorted_by_label_is_sampled_from_both()
    {
        TextTask task = Sorted(1000);
        TextExample[] sample = Sample(task, 100);
        Assert.Equal(100, sample.Distinct().Count());
        Assert.InRange(sample.Count(row => row.Target == "fact"), 30, 70); // 50 expected, standard deviation 4.7
        Assert.Equal<TextExample>(task.Validation.Where(sample.Contains), sample); // in the task's order
        Assert.Equal(sample, Sample(task, 100));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(null)]
    public void All_are_used_where_there_are_not_more(int? most) => Assert.Equal(Sorted(24).Validation.Select(row => row.Input), Sample(Sorted(24), most).Select(row => row.Input));

    [Fact]
    public void Each_part_of_the_file_has_its_share()
    {
        int[] fifths = new int[5];
        foreach (TextExample row in Sample(Sorted(5000), 1000))
        {
            fifths[int.Parse(row.Input, System.Globalization.CultureInfo.InvariantCulture) / 1000]++;
        }

        Assert.All(fifths, found => Assert.InRange(found, 155, 245)); // 200 expected, standard deviation 11
    }

    [Fact]
    public void Examples_that_are_scored_together_stay_together()
    {
        TextExample[] rows = [.. Enumerable.Range(0, 60).Select(i => new TextExample($"{i}", "fact") { Group = i < 30 ? $"group {i / 3}" : null })];
        TextTask task = new("grouped", Toy.Labels, rows, rows);
        for (int most = 1; most < 60; most++)
        {
            TextExample[] sample = Sample(task, most);
            Assert.InRange(sample.Length, Math.Min(most, 1), Math.Max(most, 3));
            Assert.All(sample.Where(row => row.Group is not null).GroupBy(row => row.Group), group => Assert.Equal(3, group.Count()));
        }

        Assert.Equal(40, Sample(task, 40).Length); // single rows fill what groups leave
    }

    [Fact]
    public async Task Runs_are_scored_by_the_sample()
    {
        TextTask toy = Toy.Task(); // twelve facts, then twelve opinions
        List<string[]> scored = [];
        TextTask task = new("watched", toy.Labels, toy.Train, toy.Validation, metrics: [new TaskMetric("watched", (answers, _) => Keep(answers))]);
        TuningOptions options = Toy.Options(1);
        options.MaxValidationExamples = 10;
        await new PromptTuner(_backbone).TuneAsync(task, options, cancellationToken: Cancel);
        Assert.Equal(Sample(task, 10).Select(row => row.Target), Assert.Single(scored));
        Assert.Equal(2, scored[0].Distinct().Count());

        double Keep(IReadOnlyList<TaskPrediction> answers)
        {
            scored.Add([.. answers.Select(answer => answer.Example.Target)]);
            return 50;
        }
    }

    private static TextExample[] Sample(TextTask task, int? most) => [.. ValidationSample.Of(task, most)];

    private static TextTask Sorted(int count)
    {
        TextExample[] rows = [.. Enumerable.Range(0, count).Select(i => new TextExample($"{i}", Toy.Labels[i * 2 / count]))];
        return new TextTask("sorted", Toy.Labels, rows, rows);
    }
}
