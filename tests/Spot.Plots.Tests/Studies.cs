using Spot.Statistics;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Tests;

/// <summary>Studies with made-up numbers: similar tasks help each other, more or less.</summary>
internal static class Studies
{
    private static readonly string[] Words =
        ["reviews", "questions", "grammar", "entailment", "paraphrase", "summaries", "translation into plain English", "news", "letters", "opinion"];

    /// <summary>A study of so many tasks.</summary>
    public static StudyResult Make(int sources, int targets, int runs = 3, int seeds = 3, bool test = false, bool holes = false, int seed = 0)
    {
        Random random = new(seed);
        string[] sourceNames = [.. Enumerable.Range(0, sources).Select(i => $"{Words[i % Words.Length]} {(char)('A' + (i / Words.Length))}")];
        string[] targetNames = [.. Enumerable.Range(0, targets).Select(i => $"{Words[(i + 3) % Words.Length]} target {i}")];
        double[][] places = [.. Enumerable.Range(0, sources + targets).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        bool[][] leaks = Matrix(sources, targets, (i, j) => holes && (i + j) % 7 == 3);
        double Near(int i, int j) => 1 - (0.6 * Math.Sqrt(Math.Pow(places[i][0] - places[j][0], 2) + Math.Pow(places[i][1] - places[j][1], 2)));
        StudySimilarity[] similarities = [.. Enum.GetValues<PromptSimilarity>().Select(kind =>
        {
            double scale = kind == PromptSimilarity.AverageToken ? 1 : 0.03;
            double[][][] to = [.. Enumerable.Range(0, sources * runs).Select(p => Matrix(targets, seeds, (t, _) => scale * (Near(p / runs, sources + t) + (0.05 * random.NextDouble()))))];
            return new StudySimilarity(
                kind, [.. sourceNames, .. targetNames], Matrix(sources + targets, sources + targets, (i, j) => scale * Near(i, j)), to,
                [.. to.Select(prompt => prompt.Select(target => target.Average()).ToArray())]);
        })];
        StudyResult study = new()
        {
            Sources = sourceNames,
            Targets = targetNames,
            SourceSeeds = [.. Enumerable.Range(0, runs)],
            TargetSeeds = [.. Enumerable.Range(0, seeds)],
            Leaks = leaks,
            Similarities = similarities,
            Validation = Findings(random, similarities, leaks, runs, seeds, holes),
            Missing = holes ? 3 : 0,
            Suites = [new StudySuite("all targets", targetNames)],
        };
        study = study with { Validation = study.Validation with { Methods = [.. Methods(study, leaks)] } };
        return test ? study with { Test = Findings(random, similarities, leaks, runs, seeds, holes) with { Methods = [.. Methods(study, leaks)] } } : study;
    }

    // Few-shot is worst, model tuning best; each source has a gain of its own.
    private static IEnumerable<MethodRow> Methods(StudyResult study, bool[][] leaks)
    {
        yield return Method(StudyMethod.FewShot, null, -20, []);
        yield return Method(StudyMethod.PromptTuning, null, 0, []);
        yield return Method(StudyMethod.LongerPromptTuning, null, 1.5, []) with { Steps = 2000 };
        foreach ((int source, string name) in study.Sources.Index())
        {
            yield return Method(StudyMethod.Transfer, name, 3 - source, [.. study.Targets.Where((_, target) => leaks[source][target])]);
        }

        yield return Method(StudyMethod.ModelTuning, null, 6, []);

        MethodRow Method(StudyMethod method, string? source, double gain, string[] leftOut) => new()
        {
            Method = method,
            Source = source,
            Suites = [new MethodScore
            {
                Score = new ScoreSpread(70 + gain, 0.5, 0.4),
                Interval = new ConfidenceInterval(60 + gain, 80 + gain),
                Change = new ScoreSpread(gain, 0.3, 0.2),
                ChangeInterval = new ConfidenceInterval(gain - 1, gain + 1),
                Outcomes = (study.Targets.Count - leftOut.Length) * study.TargetSeeds.Count,
                Missing = 0,
                LeftOut = leftOut,
            }],
        };
    }

    public static T[][] Matrix<T>(int rows, int columns, Func<int, int, T> cell) =>
        [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns).Select(j => cell(i, j)).ToArray())];

    private static StudyFindings Findings(Random random, StudySimilarity[] similarities, bool[][] leaks, int runs, int seeds, bool holes)
    {
        int sources = leaks.Length, targets = leaks[0].Length;
        double[][] reductions = Matrix(sources * runs, targets, (p, t) =>
            leaks[p / runs][t] || (holes && p == 1 && t == 0) ? double.NaN : (40 * (similarities[0].Means[p][t] - 0.7)) + (8 * random.NextDouble()) - 4);
        double[][] tasks = Matrix(sources, targets, (s, t) => Enumerable.Range(s * runs, runs).Average(p => reductions[p][t]));
        return new StudyFindings
        {
            Scores = new StudyScores(
                Matrix(targets, seeds, (_, _) => 60 + (20 * random.NextDouble())),
                [.. Enumerable.Range(0, sources * runs).Select(p => Matrix(targets, seeds, (t, _) => 70 + (0.3 * reductions[p][t])))], []),
            WithoutError = new int[targets],
            PromptReductions = reductions,
            Reductions = tasks,
            Correlations = [.. similarities.SelectMany(similarity => Enumerable.Range(0, targets + 1).Select(t => Correlate(similarity, reductions, t < targets ? t : null)))],
            Table = [.. Table(sources * runs, seeds)],
            TableWithNoTransfer = [.. Table(sources * runs, seeds).Where(row => row.K > 1 && row.Strategy == StudyStrategy.BestOfTopK).Select(row => row with { Absolute = new ScoreSpread(row.Absolute.Mean + 0.2, 0.4, 0.3) })],
        };
    }

    private static StudyCorrelation Correlate(StudySimilarity similarity, double[][] reductions, int? target)
    {
        int[] targets = target is { } one ? [one] : [.. Enumerable.Range(0, reductions[0].Length)];
        (double X, double Y)[] points = [.. targets.SelectMany(t => reductions.Select((row, p) => (similarity.Means[p][t], row[t]))).Where(point => !double.IsNaN(point.Item2))];
        Correlation pearson = Correlation.Pearson([.. points.Select(p => p.X)], [.. points.Select(p => p.Y)]);
        Correlation spearman = Correlation.Spearman([.. points.Select(p => p.X)], [.. points.Select(p => p.Y)]);
        bool enough = points.Length >= 10;
        return new StudyCorrelation(
            similarity.Similarity, target is { } named ? $"target {named}" : null, points.Length, pearson.Coefficient, enough ? pearson.PValue : double.NaN,
            spearman.Coefficient, enough ? spearman.PValue : double.NaN)
        {
            PearsonInterval = enough ? new ConfidenceInterval(pearson.Coefficient - 0.2, pearson.Coefficient + 0.1) : ConfidenceInterval.None,
        };
    }

    private static IEnumerable<SearchSpaceRow> Table(int prompts, int seeds)
    {
        yield return Row(StudyStrategy.Baseline, null, null, 0, 1, prompts, seeds);
        yield return Row(StudyStrategy.Restarts, seeds, null, 0.9, 0, prompts, seeds);
        yield return Row(StudyStrategy.RandomPrompt, null, null, -1.2, 1, prompts, seeds);
        foreach (PromptSimilarity similarity in Enum.GetValues<PromptSimilarity>())
        {
            foreach (int k in (int[])[1, 3, 6, 9, 12, 15])
            {
                yield return Row(StudyStrategy.BestOfTopK, k, similarity, 2.6 * (1 - Math.Exp(-k / (similarity == PromptSimilarity.AverageToken ? 3.0 : 5))), k, prompts, seeds);
            }
        }

        foreach (int k in (int[])[3, 6])
        {
            yield return Row(StudyStrategy.WeightedAverage, k, PromptSimilarity.AverageToken, 1.1 + (0.1 * k), 1, prompts, seeds);
            yield return Row(StudyStrategy.Mixture, k, PromptSimilarity.AverageToken, 1.4 - (0.05 * k), 2, prompts, seeds);
        }

        yield return Row(StudyStrategy.Racing, prompts, PromptSimilarity.AverageToken, 2.5, 0.09 * prompts, prompts, seeds);
        yield return Row(StudyStrategy.Oracle, prompts, null, 2.8, prompts, prompts, seeds);
    }

    private static SearchSpaceRow Row(StudyStrategy strategy, int? k, PromptSimilarity? similarity, double gain, double tunings, int prompts, int seeds)
    {
        double deviation = seeds > 1 ? 0.4 : double.NaN;
        return new SearchSpaceRow
        {
            Strategy = strategy,
            K = strategy is StudyStrategy.Oracle ? null : k,
            LibrarySteps = strategy is StudyStrategy.Baseline or StudyStrategy.Restarts ? 0 : strategy is StudyStrategy.RandomPrompt ? 2000 : 2000 * prompts,
            AbsoluteInterval = new ConfidenceInterval(gain - 0.7, gain + 0.8),
            RelativeInterval = new ConfidenceInterval((gain - 0.7) * 3.7, (gain + 0.8) * 3.7),
            Similarity = similarity,
            Outcomes = 3 * seeds,
            Score = new ScoreSpread(74 + gain, deviation, deviation * 0.8),
            Absolute = new ScoreSpread(gain, deviation, deviation * 0.8),
            Relative = new ScoreSpread(gain * 3.7, deviation * 4, deviation * 3),
            OverRestarts = seeds > 1 && strategy is (StudyStrategy.BestOfTopK or StudyStrategy.Mixture)
                ? new RestartComparison(seeds, (int)tunings + 1, gain - 0.9, new ConfidenceInterval(gain - 1.6, gain - 0.1)) : null,
            Tunings = tunings,
            Steps = tunings * 1000,
            SearchSpaceSaved = 100 * (1 - Math.Min(1, tunings / prompts)),
            ShareOfOracleGain = 100 * gain / 2.8,
            ShareOfOracleSteps = 100 * tunings / prompts,
        };
    }
}
