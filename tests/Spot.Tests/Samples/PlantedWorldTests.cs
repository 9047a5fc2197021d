using Spot.Samples.TransferStudy;
using Spot.Transfer;

namespace Spot.Tests.Samples;

/// <summary>Transfer where the truth is known: what retrieval, averaging and racing must find is a matter of the teachers' distances.</summary>
/// <param name="planted">The world, its teachers in a library.</param>
public sealed class PlantedWorldTests(Planted planted) : IClassFixture<Planted>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Labels_are_balanced_and_no_task_is_judged_by_what_another_has_seen()
    {
        HashSet<string> seen = [.. planted.Tasks.SelectMany(task => task.Task.Train).Select(example => example.Input)];
        Assert.All(planted.Tasks, task =>
        {
            Assert.All([task.Task.Train, task.Task.Validation, task.Task.Test], rows => Assert.Equal(rows.Count / 2, rows.Count(row => row.Target == task.Task.Labels[0])));
            Assert.DoesNotContain(task.Task.Validation.Concat(task.Task.Test), example => seen.Contains(example.Input));
        });
    }

    // A key of the target's own cluster began at another start than the target's embedding, one of another cluster at the same.
    [Theory]
    [InlineData("a0")]
    [InlineData("b0")]
    public async Task Clusters_are_recovered_from_the_keys(string target)
    {
        async Task<string[]> Nearest(PromptSearchOptions options)
        {
            (options.K, options.Filter) = (2, info => info.Task != target);
            return [.. (await planted.Library.SearchAsync(planted.Embedding(target), options, Cancel)).Select(match => match.Info.Id).Order()];
        }

        string[] own = [$"{target[0]}1", $"{target[0]}2"];
        Assert.Equal(own, await Nearest(new()));
        Assert.NotEqual(own, await Nearest(new() { Similarity = PromptSimilarity.AverageToken })); // which finds the start
    }

    [Fact]
    public async Task The_gain_falls_with_the_distance_of_the_teachers()
    {
        TransferResult oracle = await planted.OracleAsync("a0");
        double baseline = await planted.BaselineAsync("a0");
        double Gain(Func<string, bool> sources) => oracle.Candidates.Where(run => sources(run.Sources[0].Info.Id)).Average(run => run.Result.BestScore) - baseline;
        double nearest = Gain(id => id == "a1"), farther = Gain(id => id == "a2"), others = Gain(id => id[0] != 'a');
        Assert.Equal("a1", oracle.Best.Sources[0].Info.Id);
        Assert.True(nearest > farther && farther > others + 5, $"Found gains of {nearest}, {farther} and {others}.");
        Assert.InRange(nearest, 10, 100);
    }

    [Fact]
    public async Task Best_of_top_k_and_racing_keep_the_oracles_gain()
    {
        TransferResult oracle = await planted.OracleAsync("a0");
        foreach (int k in new[] { 1, 2 })
        {
            TransferResult best = await new BestOfTopK(planted.Tuner, planted.Embedder, planted.Library) { K = k, Embeddings = [planted.Embedding("a0")] }
                .TransferAsync(planted.Task("a0").Task, Planted.Options(), cancellationToken: Cancel);
            Assert.All(best.Candidates, run => Assert.Equal('a', run.Sources[0].Info.Id[0]));
            Assert.All(best.Candidates, run => Assert.Equal(oracle.Candidates.Single(other => other.Sources[0].Info.Id == run.Sources[0].Info.Id).Result.BestScore, run.Result.BestScore));
            Assert.InRange(best.Best.Result.BestScore, k == 1 ? oracle.Best.Result.BestScore - 12 : oracle.Best.Result.BestScore, oracle.Best.Result.BestScore);
        }

        TransferResult race = await new RacingOfAll(planted.Tuner, planted.Library) { BudgetFraction = 0.3 }.TransferAsync(planted.Task("a0").Task, Planted.Options(), cancellationToken: Cancel);
        Assert.Equal("a1", race.Best.Sources[0].Info.Id);
        Assert.InRange(race.Steps, 1, oracle.Steps / 2);
    }

    // With weights w of teachers U + ε · δ, all δ unrelated: the average is √(ε₀² + Σ w² ε²) from the target's teacher, in units of a direction's size.
    [Fact]
    public async Task The_average_of_the_cluster_is_where_the_weights_put_it()
    {
        TransferResult average = await new AverageOfTopK(planted.Tuner, planted.Embedder, planted.Library) { K = 2, Embeddings = [planted.Embedding("a0")] }
            .TransferAsync(planted.Task("a0").Task, Planted.Options(), cancellationToken: Cancel);
        Assert.Equal(["a1", "a2"], average.Best.Sources.Select(source => source.Info.Id).Order());
        double expected = Math.Sqrt(Square(planted.Task("a0").Distance) + average.Best.Sources.Sum(source => Square(source.Weight * planted.Task(source.Info.Id).Distance)));
        SoftPrompt start = average.Best.Result.Embedding!.Start!, teacher = planted.Task("a0").Teacher;
        double found = PlantedWorld.Distance(start, teacher);
        Assert.InRange(found, 0.9 * expected, 1.1 * expected);
        Assert.True(found < PlantedWorld.Distance(planted.Task("a2").Teacher, teacher));

        TransferResult oracle = await planted.OracleAsync("a0");
        double farther = oracle.Candidates.Single(run => run.Sources[0].Info.Id == "a2").Result.Evaluations[0].Score;
        Assert.InRange(average.Best.Result.Evaluations[0].Score, farther, 100);
    }

    [Fact]
    public async Task A_cluster_without_relatives_gains_nothing_from_the_others()
    {
        // On the average: the best of six is luck.
        TransferResult oracle = await planted.OracleAsync("c0");
        double baseline = await planted.BaselineAsync("c0");
        double[] gains = [.. oracle.Candidates.Select(run => run.Result.BestScore - baseline)];
        Assert.InRange(gains.Average(), -100, 5);
    }

    private static double Square(double value) => value * value;
}
