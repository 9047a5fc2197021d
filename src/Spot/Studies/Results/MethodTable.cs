using Spot.Statistics;

namespace Spot.Studies;

/// <summary>The table of methods (SPoT, Table 1): a row for each, with what it reaches on every suite of targets.</summary>
/// <param name="targets">The names of the study's targets.</param>
/// <param name="suites">The suites.</param>
/// <param name="baseline">Prompt tuning without transfer, which changes are against. // [target][seed]</param>
/// <param name="score">The score to report of a run.</param>
internal sealed class MethodTable(string[] targets, IReadOnlyList<StudySuite> suites, StudyRun?[][] baseline, Func<StudyRun, double> score)
{
    /// <summary>The row of a method.</summary>
    public MethodRow Row(MethodRuns method)
    {
        double[][] scores = [.. targets.Select((_, target) => baseline[target].Select((_, seed) => Score([.. method.Runs.Select(run => run[target][seed])])).ToArray())];
        return new MethodRow
        {
            Method = method.Method,
            Source = method.Source,
            Steps = method.Steps,
            Suites = [.. suites.Select(suite => OnSuite(method, scores, [.. suite.Targets.Select(name => Array.IndexOf(targets, name))]))],
        };
    }

    private MethodScore OnSuite(MethodRuns method, double[][] all, int[] suite)
    {
        int[] leftOut = [.. suite.Where(target => method.LeftOut.ElementAtOrDefault(target))], counting = [.. suite.Except(leftOut)];
        double[][] scores = [.. counting.Select(target => all[target])];
        double[][] changes = [.. counting.Select(target => all[target].Select((value, seed) => value - Score([baseline[target][seed]])).ToArray())];
        int done = scores.Sum(seeds => seeds.Count(double.IsFinite));
        return new MethodScore
        {
            Score = OutcomeComparison.Spread(scores),
            Interval = TwoWayBootstrap.OfMean(scores),
            Change = OutcomeComparison.Spread(changes),
            ChangeInterval = TwoWayBootstrap.OfMean(changes),
            Outcomes = done,
            Missing = scores.Sum(seeds => seeds.Length) - done,
            LeftOut = [.. leftOut.Select(target => targets[target])],
        };
    }

    private double Score(StudyRun?[] runs) => runs.Any(run => run is null) ? double.NaN : ScoreSpread.Of([.. runs.Select(run => score(run!))]).Mean;
}
