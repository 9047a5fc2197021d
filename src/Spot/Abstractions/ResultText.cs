using System.Globalization;

namespace Spot;

/// <summary>Numbers of runs as people read them, the same everywhere.</summary>
internal static class ResultText
{
    /// <summary>A score of 0 … 100 to a tenth.</summary>
    public static string Score(double score) => double.IsNaN(score) ? "undefined" : score.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>The share of outputs that are no label, where there are any.</summary>
    public static string Invalid(double share) => share > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({100 * share:0.#} % of outputs no label)") : "";

    /// <summary>An evaluation in one line.</summary>
    public static string Evaluation(double score, string when, double invalidOutputRate, IReadOnlyDictionary<string, double> metrics) =>
        $"score {Score(score)}{when}{Invalid(invalidOutputRate)}{string.Concat(metrics.Select(metric => $", {metric.Key} {Score(metric.Value)}"))}";

    /// <summary>Hours, minutes and seconds; days are hours.</summary>
    public static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");

    /// <summary>A count and what is counted, for example <c>3 runs</c>.</summary>
    public static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
