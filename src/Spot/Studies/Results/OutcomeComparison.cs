using Spot.Statistics;
using Spot.Transfer;

namespace Spot.Studies;

/// <summary>The outcomes of a strategy beside those without transfer.</summary>
/// <remarks>Where a run is missing the target does not count for that seed. A run without transfer that makes no error does not count where errors are compared.</remarks>
/// <param name="baseline">Without transfer. // [target][seed]</param>
/// <param name="outcomes">With the strategy. // [target][seed]</param>
internal sealed class OutcomeComparison(Outcome[][] baseline, Outcome[][] outcomes)
{
    /// <summary>How many pairs of a target and a seed there are.</summary>
    public int Count => outcomes.SelectMany(seeds => seeds).Count(outcome => !double.IsNaN(outcome.Score));

    /// <summary>The scores. // [target][seed]</summary>
    public double[][] Scores => Cells((_, after) => after);

    /// <summary>What the strategy changes. // [target][seed]</summary>
    public double[][] Changes => Cells((before, after) => after - before);

    /// <summary>The relative error reductions in per cent. // [target][seed]</summary>
    public double[][] Reductions => Cells((before, after) =>
        double.IsNaN(before) || double.IsNaN(after) || before >= 100 ? double.NaN : 100 * RelativeErrorReduction.Compute(before, after));

    /// <summary>A mean over what there is.</summary>
    public double Mean(Func<Outcome, double> number) =>
        outcomes.SelectMany(seeds => seeds).Where(outcome => !double.IsNaN(outcome.Score)).Select(number).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Means over the targets, and how they differ from seed to seed.</summary>
    public static ScoreSpread Spread(double[][] cells)
    {
        double[] bySeed = [.. Enumerable.Range(0, cells.Length == 0 ? 0 : cells[0].Length)
            .Select(seed => cells.Select(ofTarget => ofTarget[seed]).Where(number => !double.IsNaN(number)).ToArray())
            .Where(ofTargets => ofTargets.Length > 0).Select(ofTargets => ScoreSpread.Of(ofTargets).Mean)];
        return bySeed.Length == 0 ? new ScoreSpread(double.NaN, double.NaN, double.NaN) : ScoreSpread.Of(bySeed);
    }

    private double[][] Cells(Func<double, double, double> value) =>
        [.. outcomes.Select((seeds, target) => seeds.Select((outcome, seed) => value(baseline[target][seed].Score, outcome.Score)).ToArray())];
}
