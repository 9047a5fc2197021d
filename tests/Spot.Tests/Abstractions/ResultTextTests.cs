using Spot.Statistics;
using Spot.Studies;
using Spot.Tests.Transfer;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Abstractions;

/// <summary>Results print as a person would write them down, the same in every culture.</summary>
public class ResultTextTests
{
    private static readonly TuningEvaluation Evaluation = new(20, 87, 0.025) { Metrics = new Dictionary<string, double> { ["accuracy"] = 90, ["f1"] = 84 } };

    [Fact]
    public void Evaluations()
    {
        Assert.Equal("score 87.0 at step 20 (2.5 % of outputs no label), accuracy 90.0, f1 84.0", Evaluation.ToString());
        Assert.Equal("score undefined", new TuningEvaluation(0, double.NaN, 0).ToString());
        EnsembleEvaluation ensemble = new([new(85, 0), new(86.26, 0)], new PromptEvaluation(88, 0) { Metrics = new Dictionary<string, double> { ["accuracy"] = 88 } });
        Assert.Equal("vote: score 88.0, accuracy 88.0; prompts by themselves: 85.0, 86.3", ensemble.ToString());
    }

    [Fact]
    public void Runs()
    {
        Assert.Equal("best score 87.0 at step 20 of 40, a prompt of 2 x 3, seed 7", Run(87).ToString());
        Assert.Equal("best score undefined at step 20 of 40, a prompt of 2 x 3, seed 7, diverged at step 41", (Run(double.NaN) with { Divergence = new TuningDivergedException("x") { Step = 41 } }).ToString());
        ModelTuningResult model = new() { Folder = "tuned", BestScore = 87, BestStep = 20, Evaluations = [], Losses = new double[40], Seed = 7 };
        Assert.Equal("best score 87.0 at step 20 of 40, a model in 'tuned', seed 7", model.ToString());
    }

    [Fact]
    public void Transfers()
    {
        TransferCandidate[] runs = [new([new(Source("books-0"), 1, 0.83125)], Run(87)), new([new(Source("films-0"), 1, 0.5)], Run(90))];
        TransferResult several = new(runs[1], runs) { Steps = 1234 };
        Assert.Equal(
            [
                "best of 2 runs, 1,234 steps in all: from films-0 (similarity 0.50): best score 90.0 at step 20 of 40, a prompt of 2 x 3, seed 7",
                "  from books-0 (similarity 0.83): best score 87.0 at step 20 of 40, a prompt of 2 x 3, seed 7",
                "  from films-0 (similarity 0.50): best score 90.0 at step 20 of 40, a prompt of 2 x 3, seed 7",
            ],
            several.ToString().Split(Environment.NewLine));
        TransferCandidate scratch = new([], Run(50));
        Assert.Equal("from scratch: best score 50.0 at step 20 of 40, a prompt of 2 x 3, seed 7; 1 step in all", new TransferResult(scratch, [scratch]) { Steps = 1 }.ToString());
    }

    [Fact]
    public void Studies()
    {
        StudyFindings findings = new()
        {
            Scores = new StudyScores([], [], []),
            PromptReductions = [],
            Reductions = [],
            WithoutError = [0],
            Correlations = [],
            Table =
            [
                Row(StudyStrategy.Baseline, null, null, 76.9, 0, 0, 0),
                Row(StudyStrategy.BestOfTopK, 3, PromptSimilarity.PerToken, 80.1, 3.2, 13.86, 3),
            ],
        };
        StudyResult study = new()
        {
            Sources = ["a", "b"],
            Targets = ["c"],
            SourceSeeds = [0],
            TargetSeeds = [0, 1, 2],
            Leaks = [],
            Similarities = [],
            Validation = findings,
            Missing = 4,
        };
        Assert.Equal(
            [
                "2 sources x 1 run, 1 target x 3 runs; 4 units of work not done; validation scores:",
                "  Baseline: score 76.9 (0.0), relative error reduction 0.0 %, 0 runs a target",
                "  BestOfTopK 3 by PerToken: score 80.1 (+3.2), relative error reduction 13.9 %, 3 runs a target",
            ],
            study.ToString().Split(Environment.NewLine));
        Assert.Contains("1 target x 3 runs; test scores:", (study with { Missing = 0, Test = findings }).ToString(), StringComparison.Ordinal);
    }

    private static TuningResult Run(double score) => new()
    {
        Best = new SoftPrompt(2, 3, new float[6], "x"),
        BestScore = score,
        BestStep = 20,
        Final = new SoftPrompt(2, 3, new float[6], "x"),
        Evaluations = [],
        Losses = new double[40],
        Seed = 7,
    };

    private static PromptInfo Source(string id) => new() { Id = id, Task = "t", BackboneFingerprint = "x", Length = 2, Dim = 3 };

    private static SearchSpaceRow Row(StudyStrategy strategy, int? k, PromptSimilarity? similarity, double score, double gain, double reduction, double runs) => new()
    {
        Strategy = strategy,
        K = k,
        Similarity = similarity,
        Outcomes = 3,
        Score = new ScoreSpread(score, 0, 0),
        Absolute = new ScoreSpread(gain, 0, 0),
        Relative = new ScoreSpread(reduction, 0, 0),
        Tunings = runs,
        Steps = 0,
        SearchSpaceSaved = 0,
        LibrarySteps = 0,
        AbsoluteInterval = ConfidenceInterval.None,
        RelativeInterval = ConfidenceInterval.None,
        ShareOfOracleGain = 0,
        ShareOfOracleSteps = 0,
    };
}
