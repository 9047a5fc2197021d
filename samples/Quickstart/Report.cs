using System.Globalization;
using Spectre.Console;
using Spot.Transfer;

namespace Spot.Samples.Quickstart;

/// <summary>Prints what was found.</summary>
internal static class Report
{
    /// <summary>The library's tasks by their similarity to the target.</summary>
    public static async Task RankingAsync(IPromptLibrary library, TaskEmbedding embedding, TextTask target, CancellationToken cancellationToken)
    {
        PromptSearchOptions all = new() { K = int.MaxValue };
        IReadOnlyList<PromptMatch> average = await library.SearchAsync(embedding, all, cancellationToken);
        all.Similarity = PromptSimilarity.PerTokenDisplacement;
        IReadOnlyList<PromptMatch> perToken = await library.SearchAsync(embedding, all, cancellationToken);
        Table table = new Table().Title($"Source prompts by task similarity to {target.Name}").RoundedBorder()
            .AddColumn("source").AddColumn("family").AddColumn(Right("similarity")).AddColumn(Right("per token")).AddColumn(Right("source score"));
        foreach (PromptMatch match in average)
        {
            double other = perToken.First(m => m.Info.Id == match.Info.Id).Similarity;
            table.AddRow(match.Info.Task, match.Info.Family ?? "", Number(match.Similarity, "F3"), Number(other, "F4"), Number(match.Info.Metrics.GetValueOrDefault("accuracy"), "F1"));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Means and deviations over the seeds.</summary>
    public static void Methods(TextTask target, List<Comparison> runs, QuickstartOptions options)
    {
        string split = target.Test.Count > 0 ? "test" : "validation";
        double alone = runs.Average(run => run.PromptTuning);
        double transferred = runs.Average(run => run.Transfer);
        Table table = new Table().Title($"{target.Name}: {split} accuracy after {options.TargetSteps} steps, {runs.Count} seeds").RoundedBorder()
            .AddColumn("method").AddColumn(Right("mean")).AddColumn(Right("deviation")).AddColumn(Right("relative error reduction"));
        table.AddRow("prompt tuning", Number(alone, "F1"), Number(Deviation(runs.Select(run => run.PromptTuning)), "F1"), "");
        table.AddRow(
            $"transfer, best of top-{options.K}", Number(transferred, "F1"), Number(Deviation(runs.Select(run => run.Transfer)), "F1"),
            Number(100 * RelativeErrorReduction.Compute(alone, transferred), "F1") + " %");
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"Transfer started from: {string.Join(", ", runs.Select(run => run.Source).Distinct())}");
    }

    private static double Deviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return all.Length < 2 ? 0 : Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1));
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
