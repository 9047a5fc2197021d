using System.Text.Json;
using Spot.Statistics;
using Spot.Studies;
using Spot.Tests.Statistics;
using Spot.Tests.Tasks.Metrics;
using Spot.Tests.Transfer;
using Spot.Transfer;

namespace Spot.Tests.Studies;

/// <summary>Rankings, table, correlations and heat map of studies whose scores and similarities are given.</summary>
public class SearchSpaceTableTests
{
    private static readonly (PromptSimilarity Similarity, string Name)[] Similarities =
        [(PromptSimilarity.AverageToken, "average_tokens"), (PromptSimilarity.PerToken, "per_token")];

    [Fact]
    public void All_numbers_are_the_references()
    {
        foreach (JsonElement instance in StatsGolden.Files("search_space.json.gz").SelectMany(file => file.GetProperty("instances").EnumerateArray()))
        {
            string name = instance.Text("name");
            JsonElement expected = instance.GetProperty("expected");
            (StudyPlan plan, StudyRuns runs, IReadOnlyList<StudySimilarity> similarities) = Read(instance);
            StudyFindings findings = new StudyAnalysis(plan, runs, similarities).Findings(run => run.Score);
            StrategyOutcomes outcomes = new(plan, runs, run => run.Score);
            Check(expected.GetProperty("baseline"), findings.Table.Single(row => row.Strategy == StudyStrategy.Baseline), $"{name}, baseline");
            Check(expected.GetProperty("oracle"), findings.Table.Single(row => row.Strategy == StudyStrategy.Oracle), $"{name}, oracle");
            foreach ((PromptSimilarity kind, string label) in Similarities)
            {
                SearchSpaceRow[] rows = [.. findings.Table.Where(row => row.Strategy == StudyStrategy.BestOfTopK && row.Similarity == kind)];
                JsonElement[] bestOf = [.. expected.GetProperty("best_of_top_k").GetProperty(label).EnumerateArray()];
                Assert.Equal(bestOf.Length, rows.Length);
                foreach ((JsonElement row, SearchSpaceRow actual) in bestOf.Zip(rows))
                {
                    string what = $"{name}, {label}, k = {actual.K}";
                    Check(row, actual, what);
                    MetricGolden.Equal(row.GetProperty("tunings_per_target"), actual.Tunings, what);
                    MetricGolden.Equal(row.GetProperty("search_space_saved_percent"), actual.SearchSpaceSaved, what);
                    MetricGolden.Equal(row.GetProperty("share_of_oracle_gain_percent"), actual.ShareOfOracleGain, what);
                }

                StudySimilarity similarity = similarities.Single(one => one.Similarity == kind);
                foreach ((int target, JsonElement seeds) in expected.GetProperty("ranking").GetProperty(label).EnumerateArray().Index())
                {
                    foreach ((int seed, JsonElement ranking) in seeds.EnumerateArray().Index())
                    {
                        int[] wanted = ranking.Integers();
                        MetricGolden.Same(wanted, outcomes.Ranking(similarity, target, seed).Take(wanted.Length), $"{name}, {label}, target {target}, seed {seed}");
                    }
                }

                JsonElement correlation = expected.GetProperty("correlation").GetProperty(label);
                StudyCorrelation[] found = [.. findings.Correlations.Where(one => one.Similarity == kind)];
                foreach ((int target, JsonElement one) in correlation.GetProperty("per_target").EnumerateArray().Index())
                {
                    Check(one, found[target], $"{name}, {label}, target {target}");
                }

                Assert.Null(found[^1].Target);
                Check(correlation.GetProperty("pooled"), found[^1], $"{name}, {label}, pooled");
            }

            foreach ((int source, JsonElement targets) in expected.GetProperty("heat_map_percent").EnumerateArray().Index())
            {
                foreach ((int target, JsonElement cell) in targets.EnumerateArray().Index())
                {
                    MetricGolden.Equal(cell, findings.Reductions[source][target], $"{name}, source {source}, target {target}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0.1, 33, 10 + 10 + 20 + 80)] // at 10 prompts 2 and 3 are ahead, at 20 prompt 3, which runs to the end: the late prompt 1 is lost
    [InlineData(0.65, 95, 20 + 20 + 80 + 80)] // all go on to 20, prompts 1 and 3 to the end
    public void A_race_of_whole_runs_drops_what_the_rungs_drop_and_counts_the_steps(double budget, double score, int spent)
    {
        // Steps 10, 20, 40 of 80; four prompts in the order of similarity.
        double[][] curves = [[20, 30, 40, 50], [10, 90, 90, 95], [25, 28, 70, 80], [30, 31, 32, 33]];
        int[] steps = [10, 20, 40, 80];
        StudyRun[] runs = [.. curves.Select(curve => new StudyRun
        {
            Score = curve.Max(), Steps = 80, Evaluations = [.. curve.Select((score, i) => new TuningEvaluation(steps[i], score, 0))],
        })];
        IReadOnlyList<SearchSpaceRow> rows = OnOneTarget(runs, new StudyPlan
        {
            TargetOptions = new() { Steps = 80, EvaluateEvery = 10 },
            SourceOptions = new() { EmbeddingStep = 5 },
            BestOfTopKValues = [4],
            RacingOfTopKValues = [4],
            RacingFirstRungFraction = 0.125,
            RacingOfAllBudgetFraction = budget,
            RacingOfTopKBudgetFraction = budget,
        });
        SearchSpaceRow race = rows.Single(row => row is { Strategy: StudyStrategy.Racing, K: not null });

        Assert.Equal(score, race.Score.Mean);
        Assert.Equal(spent + 5, race.Steps);
        Assert.Equal(100 * (spent + 5) / 320.0, race.ShareOfOracleSteps, 1e-9);
        Assert.Equal(100 * score / 95, race.ShareOfOracleGain, 1e-9);
        SearchSpaceRow ofAll = rows.Single(row => row is { Strategy: StudyStrategy.Racing, K: null });
        Assert.Equal((score, race.Steps - 5, null), (ofAll.Score.Mean, ofAll.Steps, ofAll.Similarity)); // no embedding
        Assert.Equal((4, 320 + 5), (rows.Single(row => row.Strategy == StudyStrategy.BestOfTopK).Tunings, rows.Single(row => row.Strategy == StudyStrategy.BestOfTopK).Steps));
    }

    [Fact]
    public void A_race_that_scores_the_starts_spends_no_step_on_the_first_it_drops()
    {
        // At the start, then at 5, 10 and 20 of 20; nine prompts of which 0, 4 and 8 start ahead.
        StudyRun[] runs = [.. Enumerable.Range(0, 9).Select(prompt => new StudyRun
        {
            Score = 60 + prompt,
            Steps = 20,
            Evaluations = [new(0, prompt % 4 == 0 ? 50 : 40, 0), new(5, prompt == 4 ? 55 : 52, 0), new(10, 56, 0), new(20, 60 + prompt, 0)],
        })];
        IReadOnlyList<SearchSpaceRow> rows = OnOneTarget(runs, new StudyPlan
        {
            TargetOptions = new() { Steps = 20, EvaluateEvery = 5, EvaluateBeforeTraining = true },
            SourceOptions = new() { EmbeddingStep = 3 },
            BestOfTopKValues = [],
            RacingOfTopKValues = [9],
        });

        // Among all, on a tenth: 9 → 2 at 0, 2 → 1 at 5. Among the 9 most similar, on three tenths: 9 → 4 → 2, and the embedding.
        SearchSpaceRow ofAll = rows.Single(row => row is { Strategy: StudyStrategy.Racing, K: null });
        Assert.Equal((64, 5 + 20), (ofAll.Score.Mean, ofAll.Steps));
        SearchSpaceRow race = rows.Single(row => row is { Strategy: StudyStrategy.Racing, K: not null });
        Assert.Equal((64, 5 + 5 + 20 + 20 + 3), (race.Score.Mean, race.Steps));
    }

    [Fact]
    public void A_row_says_on_how_many_runs_it_rests_and_takes_no_share_of_another_gain()
    {
        StudyRun Run(double score) => new() { Score = score, Steps = 10 };
        StudyPlan plan = new()
        {
            Sources = [Task("s")],
            Targets = [Task("t"), Task("u")],
            SourceSeeds = [0],
            TargetSeeds = [0, 1],
            BestOfTopKValues = [1],
            RacingOfTopKValues = [],
            Similarities = [PromptSimilarity.AverageToken],
        };
        StudyRuns runs = new(
            [[Run(50), Run(50)], [Run(50), Run(50)]], [[[Run(60), Run(60)], [Run(60), Run(60)]]],
            [new StrategyRuns(StudyStrategy.Mixture, 1, PromptSimilarity.AverageToken, [[Run(70), null], [null, null]])]);
        StudySimilarity similarity = new(PromptSimilarity.AverageToken, [], [], [[[0.5, 0.5], [0.5, 0.5]]], [[0.5, 0.5]]);
        IReadOnlyList<SearchSpaceRow> rows = new SearchSpaceTable(plan, runs, [similarity], run => run.Score).Rows();
        SearchSpaceRow mixture = rows.Single(row => row.Strategy == StudyStrategy.Mixture), best = rows.Single(row => row.Strategy == StudyStrategy.BestOfTopK);
        Assert.Equal((1, 70.0, 20.0, double.NaN), (mixture.Outcomes, mixture.Score.Mean, mixture.Absolute.Mean, mixture.ShareOfOracleGain));
        Assert.Equal((4, 100.0), (best.Outcomes, best.ShareOfOracleGain));
    }

    [Fact]
    public void Runs_that_are_equal_on_validation_count_with_their_mean()
    {
        StudyRun Run(double score, double test) => new() { Score = score, Test = test, Steps = 20, Evaluations = [new(20, score, 0)] };
        StudyRun[] runs = [Run(90, 70), Run(95, 80), Run(95, 60), Run(95, 85)];
        StudyPlan plan = new() { TargetOptions = new() { Steps = 20 }, SourceOptions = new() { EmbeddingStep = 3 }, BestOfTopKValues = [1, 2, 3, 4], RacingOfTopKValues = [] };
        IReadOnlyList<SearchSpaceRow> rows = OnOneTarget(runs, plan, run => run.Test ?? double.NaN);
        Assert.Equal(75, rows.Single(row => row.Strategy == StudyStrategy.Oracle).Score.Mean);
        Assert.Equal([70, 80, 70, 75], rows.Where(row => row.Strategy == StudyStrategy.BestOfTopK).Select(row => row.Score.Mean));
        SearchSpaceRow random = rows.Single(row => row.Strategy == StudyStrategy.RandomPrompt);
        Assert.Equal((73.75, 1, 20), (random.Score.Mean, random.Tunings, random.Steps));
    }

    [Fact]
    public void Controls_are_read_from_the_runs_without_transfer_and_costs_from_the_library()
    {
        StudyRun Run(double score, double test, int steps = 10) => new() { Score = score, Test = test, Steps = steps };
        StudyPlan plan = new()
        {
            Sources = [Task("s")],
            Targets = [Task("t"), Task("u")],
            SourceSeeds = [0, 1],
            TargetSeeds = [0, 1, 2],
            SourceOptions = new() { EmbeddingStep = 4 },
            BestOfTopKValues = [],
            RacingOfTopKValues = [],
        };
        StudyRun[][] baseline = [[Run(50, 40), Run(60, 44), Run(60, 54)], [Run(70, 80), Run(60, 80), Run(65, 20)]];
        StudyRun[][] transfer = [[Run(80, 60), Run(80, 60), Run(80, 60)], [Run(80, 60), Run(80, 60), Run(80, 60)]];
        StudyRuns runs = new(baseline, [transfer, transfer], [])
        {
            LongBaselines = [[[Run(90, 70, 90), Run(90, 71, 90), Run(90, 72, 90)], [Run(90, 70, 90), Run(90, 71, 90), Run(90, 72, 90)]]],
            LibrarySteps = 600,
        };
        IReadOnlyList<SearchSpaceRow> rows = new SearchSpaceTable(plan, runs, [], run => run.Test!.Value).Rows();
        Assert.Equal(
            [StudyStrategy.Baseline, StudyStrategy.Restarts, StudyStrategy.LongBaseline, StudyStrategy.RandomPrompt, StudyStrategy.Oracle, StudyStrategy.Racing], rows.Select(row => row.Strategy));

        // t: 49 of the two that are best on validation, u: 80; without transfer 46 and 60.
        Assert.Equal((3, (49 + 80) / 2.0, 30, 0), (rows[1].K, rows[1].Score.Mean, rows[1].Steps, rows[1].LibrarySteps));
        Assert.Equal(64.5 - 53, rows[1].Absolute.Mean, 1e-9);
        Assert.True(double.IsNaN(rows[1].Score.Deviation));
        Assert.Equal((71.0, 1.0, 90, 0), (rows[2].Score.Mean, rows[2].Score.Deviation, rows[2].Steps, rows[2].LibrarySteps));
        Assert.Equal((60.0, 10, 300), (rows[3].Score.Mean, rows[3].Steps, rows[3].LibrarySteps));
        Assert.Equal((20, 600), (rows[4].Steps, rows[4].LibrarySteps));
        Assert.Equal([620, 80, 26, 20], new[] { 1, 10, 100, double.PositiveInfinity }.Select(rows[4].StepsWhereLibraryServes));
        Assert.Equal(10, rows[0].StepsWhereLibraryServes(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows[4].StepsWhereLibraryServes(0));
    }

    [Fact]
    public void Restarts_that_cost_as_much_are_what_to_expect_of_so_many_drawn_from_all_seeds()
    {
        (double Score, double Test)[] of = [(50, 40), (60, 44), (60, 54), (70, 50)];
        StudyRun Run(double score, double test, int steps) => new() { Score = score, Test = test, Steps = steps };
        StudyPlan plan = new()
        {
            Sources = [Task("s")],
            Targets = [Task("t")],
            SourceSeeds = [0],
            TargetSeeds = [0, 1, 2, 3],
            SourceOptions = new() { EmbeddingStep = 5 },
            Similarities = [PromptSimilarity.AverageToken],
            BestOfTopKValues = [1],
            RacingOfTopKValues = [],
        };
        double[] after = [60, 61, 55, 58];
        StudyRuns runs = new(
            [[.. of.Select(run => Run(run.Score, run.Test, 10))]],
            [[[.. after.Select(test => Run(65, test, 12))]]],
            [new StrategyRuns(StudyStrategy.Mixture, 1, PromptSimilarity.AverageToken, [[.. after.Select(test => Run(60, test, 60))]])]);
        StudySimilarity similarity = new(PromptSimilarity.AverageToken, [], [], [[[0.5, 0.5, 0.5, 0.5]]], [[0.5]]);
        SearchSpaceTable table = new(plan, runs, [similarity], run => run.Test!.Value);
        IReadOnlyList<SearchSpaceRow> rows = table.Rows();

        // Two of the four, as 17 steps are more than one run's 10: every pair's best on validation, ties with their mean.
        double[] pairs = [44, 54, 50, 49, 50, 50];
        RestartComparison two = rows.Single(row => row.Strategy == StudyStrategy.BestOfTopK).OverRestarts!, all = rows.Single(row => row.Strategy == StudyStrategy.Mixture).OverRestarts!;
        Assert.Equal((2, 2, after.Average() - pairs.Average()), (two.Restarts, two.AsDear, Math.Round(two.Mean, 9)));
        Assert.InRange(two.Mean, two.Interval.Low, two.Interval.High);
        Assert.Equal((4, 7, after.Average() - 50), (all.Restarts, all.AsDear, all.Mean)); // 65 steps would pay for seven
        Assert.All(rows.Where(row => row.Strategy is StudyStrategy.Baseline or StudyStrategy.Restarts), row => Assert.Null(row.OverRestarts));
        Assert.Equal(2, rows.Single(row => row.Strategy == StudyStrategy.RandomPrompt).OverRestarts!.Restarts);

        // With no transfer as a candidate the better on validation counts, of equals the mean: 60, 61, 55, then 50 of the run without.
        IReadOnlyList<SearchSpaceRow> withNone = table.RowsWithNoTransfer();
        Assert.Equal([StudyStrategy.BestOfTopK, StudyStrategy.Mixture], withNone.Select(row => row.Strategy));
        Assert.Equal(((60 + 61 + 55 + 50) / 4.0, 10 + 12 + 5, 1), (withNone[0].Score.Mean, withNone[0].Steps, withNone[0].Tunings));
        Assert.Equal((60 + ((61 + 44) / 2.0) + ((55 + 54) / 2.0) + 50) / 4, withNone[1].Score.Mean);
    }

    [Fact]
    public void A_run_without_error_is_left_out_where_errors_are_compared_in_table_and_heat_map()
    {
        StudyRun Run(double score) => new() { Score = score, Steps = 10 };
        StudyPlan plan = new()
        {
            Sources = [Task("s")],
            Targets = [Task("t"), Task("u"), Task("v")],
            SourceSeeds = [0],
            TargetSeeds = [0, 1],
            BestOfTopKValues = [],
            RacingOfTopKValues = [],
            Similarities = [],
        };
        StudyRuns runs = new(
            [[Run(100), Run(90)], [Run(50), Run(50)], [Run(100), Run(100)]], [[[Run(80), Run(95)], [Run(60), Run(60)], [Run(90), Run(100)]]], []);
        StudyFindings findings = new StudyAnalysis(plan, runs, []).Findings(run => run.Score);
        Assert.Equal([1, 0, 2], findings.WithoutError);
        Assert.Equal([50, 20, double.NaN], findings.Reductions[0]);
        Assert.Equal([50, 20, double.NaN], findings.PromptReductions[0]);
        SearchSpaceRow oracle = findings.Table.Single(row => row.Strategy == StudyStrategy.Oracle);
        Assert.Equal((20 + 35) / 2.0, oracle.Relative.Mean); // seed 0: u alone; seed 1: t and u
        Assert.Equal((((80 + 60 + 90 - 250) / 3.0) + ((95 + 60 + 100 - 240) / 3.0)) / 2, oracle.Absolute.Mean, 1e-9); // scores count all
        Assert.All(findings.Table, row => Assert.True(double.IsFinite(row.Relative.Mean) && double.IsFinite(row.RelativeInterval.Low)));
    }

    // The table of runs from one prompt each of as many sources, in the order of similarity, on one target.
    private static IReadOnlyList<SearchSpaceRow> OnOneTarget(StudyRun[] runs, StudyPlan plan, Func<StudyRun, double>? score = null)
    {
        plan.Sources = [.. runs.Select((_, i) => Task($"source {i}"))];
        plan.Targets = [Task("t")];
        plan.SourceSeeds = plan.TargetSeeds = [0];
        plan.AverageOfTopKValues = plan.MixtureOfTopKValues = [];
        StudyRuns all = new([[new StudyRun { Score = 0, Steps = plan.TargetOptions.Steps }]], [.. runs.Select(run => (StudyRun?[][])[[run]])], []);
        double[][][] similar = [.. runs.Select((_, i) => new double[][] { [0.9 - (0.1 * i)] })];
        StudySimilarity similarity = new(PromptSimilarity.AverageToken, [], [], similar, [.. similar.Select(one => one[0])]);
        return new SearchSpaceTable(plan, all, [similarity], score ?? (run => run.Score)).Rows();
    }

    private static void Check(JsonElement expected, SearchSpaceRow actual, string what)
    {
        foreach ((string name, ScoreSpread spread) in new[] { ("score", actual.Score), ("absolute", actual.Absolute), ("relative", actual.Relative) })
        {
            if (expected.TryGetProperty(name, out JsonElement numbers))
            {
                MetricGolden.Equal(numbers.GetProperty("mean"), spread.Mean, $"{what}, {name}");
                MetricGolden.Equal(numbers.GetProperty("std_ddof0"), spread.PopulationDeviation, $"{what}, deviation of {name}");
                MetricGolden.Equal(numbers.GetProperty("std_ddof1"), spread.Deviation, $"{what}, deviation of {name}");
            }
        }
    }

    private static void Check(JsonElement expected, StudyCorrelation actual, string what)
    {
        Assert.Equal(expected.GetProperty("n").GetInt32(), actual.Points);
        MetricGolden.Equal(expected.GetProperty("r"), actual.Pearson, $"{what}, r");
        MetricGolden.Equal(expected.GetProperty("rho"), actual.Spearman, $"{what}, rho");

        // The reference's p-values take the points for independent; the study's do not (TaskPairsTests).
        PValue(expected.GetProperty("r"), expected.GetProperty("p"), Correlation.TwoSidedPValue(actual.Pearson, actual.Points), $"{what}, p of r");
        PValue(expected.GetProperty("rho"), expected.GetProperty("rho_p"), Correlation.TwoSidedPValue(actual.Spearman, actual.Points), $"{what}, p of rho");
        Assert.Equal(actual.Points < 10, double.IsNaN(actual.PearsonP) && double.IsNaN(actual.PearsonInterval.Low));
    }

    // Of a coefficient of 1 the last bit alone decides between 0 and some 1e-20.
    private static void PValue(JsonElement coefficient, JsonElement expected, double actual, string what)
    {
        if (Math.Abs(coefficient.Number()) == 1)
        {
            Assert.InRange(actual, 0, 1e-15);
            return;
        }

        StatsGolden.PValue(expected.Number(), actual, 1e-8, what);
    }

    private static (StudyPlan Plan, StudyRuns Runs, IReadOnlyList<StudySimilarity> Similarities) Read(JsonElement instance)
    {
        int Count(string name) => instance.GetProperty(name).GetInt32();
        StudyPlan plan = new()
        {
            Sources = [.. Enumerable.Range(0, Count("sources")).Select(i => Task($"source {i}"))],
            Targets = [.. Enumerable.Range(0, Count("targets")).Select(i => Task($"target {i}"))],
            SourceSeeds = [.. Enumerable.Range(0, Count("runs_per_source")).Select(i => (long)i)],
            TargetSeeds = [.. Enumerable.Range(0, Count("seeds")).Select(i => (long)i)],
            BestOfTopKValues = [.. instance.GetProperty("expected").GetProperty("best_of_top_k").GetProperty("average_tokens").EnumerateArray().Select(row => row.GetProperty("k").GetInt32())],
            RacingOfTopKValues = [],
        };
        StudyRuns runs = new(Runs(instance.GetProperty("baseline")), [.. instance.GetProperty("transfer").EnumerateArray().Select(Runs)], []);
        return (plan, runs, [.. Similarities.Select(similarity => Similarity(similarity.Similarity, instance.GetProperty("similarity").GetProperty(similarity.Name)))]);
    }

    private static StudyRun?[][] Runs(JsonElement scores) =>
        [.. scores.EnumerateArray().Select(seeds => seeds.Numbers().Select(score => new StudyRun { Score = score }).ToArray())];

    private static StudySimilarity Similarity(PromptSimilarity similarity, JsonElement values)
    {
        double[][][] toTargets = [.. values.EnumerateArray().Select(prompt => prompt.EnumerateArray().Select(target => target.Numbers()).ToArray())];
        return new StudySimilarity(similarity, [], [], toTargets, [.. toTargets.Select(prompt => prompt.Select(seeds => ScoreSpread.Of(seeds).Mean).ToArray())]);
    }

    private static TextTask Task(string name) => new(name, [], [new TextExample("a", "b")], [new TextExample("c", "d")]);
}
