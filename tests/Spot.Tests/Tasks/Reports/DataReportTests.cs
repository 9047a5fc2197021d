using Spot.Tasks;
using Spot.Tests.Tuning;
using Spot.Tokenization;

namespace Spot.Tests.Tasks.Reports;

public class DataReportTests
{
    private static readonly T5Tokenizer Tokenizer = T5Tokenizer.Load(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny", "spiece.model"));

    [Fact]
    public void Counts_what_is_there()
    {
        string[] texts = ["the first text", "a text that is rather long indeed", "the first text", "the first text"];
        TextTask task = new(
            "task",
            ["yes", "no", "never"],
            [new(texts[0], "yes"), new(texts[1], "no"), new(texts[2], "yes"), new(texts[3], "no")],
            [new("the first text", "yes"), new("one more", "no")]);
        int longest = Tokenizer.Encode(texts[1], int.MaxValue).Length;
        DataReport report = DataReport.Create(task, Tokenizer, new TuningOptions { MaxInputLength = longest - 1 }, TestContext.Current.CancellationToken);

        SplitReport train = report.Splits[0];
        Assert.Equal((4, 2, 1), (train.Rows, train.Duplicates, train.Contradictions));
        Assert.Equal([new("yes", 2), new("no", 2), new("never", 0)], train.Labels);
        Assert.Equal((longest, 0.25), (train.Inputs.Longest, train.Inputs.Truncated));
        Assert.Equal(Tokenizer.Encode(texts[0], int.MaxValue).Length, train.Inputs.Median);
        Assert.Equal([new SplitOverlap("train", "validation", 1)], report.Overlaps);
        Assert.Contains(report.Problems, problem => problem.Contains("'never'", StringComparison.Ordinal));
        Assert.Contains(report.Problems, problem => problem.Contains("25.0 % of the inputs of train are cut", StringComparison.Ordinal));
        Assert.Contains(report.Problems, problem => problem.Contains("another target", StringComparison.Ordinal));
        Assert.Contains(report.Problems, problem => problem.Contains("also in train", StringComparison.Ordinal));
        Assert.Contains("! ", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_near_though_declared_are_told()
    {
        TextTask task = new("task", ["Yes", "yes", "no"], [new("a", "Yes"), new("b", "yes"), new("c", "no")], [new("d", "no")]);
        DataReport report = DataReport.Create(task, Tokenizer, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("The labels 'yes' and 'Yes' differ only in case, white space or Unicode form: are they one?", report.Problems);
    }

    [Fact]
    public void Unknown_tokens_are_told()
    {
        TextTask task = new("task", [], [new("漢字 漢字", "x")], [new("plain", "x")]);
        DataReport report = DataReport.Create(task, Tokenizer, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(report.Splits[0].Unknown > 0.1 && report.Splits[1].Unknown == 0, report.ToString());
        Assert.Contains(report.Problems, problem => problem.Contains("unknown to the vocabulary", StringComparison.Ordinal));
    }
}
