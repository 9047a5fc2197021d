using System.Globalization;
using System.Xml.Linq;

namespace Spot.Plots.Tests;

public class PromptFiguresTests
{
    [Fact]
    public void Rows_have_norms_nearest_tokens_and_how_far_they_moved()
    {
        List<string> texts = Svg.Texts(PromptFigures.Rows(Report(3)).ToSvg());
        Assert.Superset(new HashSet<string> { "The rows of a prompt of 3 x 2 on toy", "norm", "distance from its start", "a token, in the mean", "piece0", "piece2" }, texts.ToHashSet());
        texts = Svg.Texts(PromptFigures.Rows(Report(21, moved: null)).ToSvg());
        Assert.DoesNotContain("distance from its start", texts);
        Assert.DoesNotContain(texts, text => text.StartsWith("piece", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_that_matters_lies_below_the_prompts_own_score()
    {
        string svg = PromptFigures.Effects(Report(3)).ToSvg();
        Assert.Contains("Which rows of a prompt of 3 x 2 on toy matter on films", Svg.Texts(svg));
        XElement level = Svg.Elements(svg, "text").First(text => text.Value.Trim() == "the whole prompt");
        Assert.True(Svg.Top(level) > 0);
        ArgumentException error = Assert.Throws<ArgumentException>(() => PromptFigures.Effects(Report(3) with { Score = null }));
        Assert.Contains(nameof(PromptReportOptions.Task), error.Message, StringComparison.Ordinal);
    }

    private static PromptReport Report(int rows, double? moved = 0.5) => new()
    {
        BackboneFingerprint = "toy",
        BackboneName = "toy",
        Length = rows,
        Dim = 2,
        VocabularyNorm = 2,
        Task = "films",
        Score = 90,
        Rows = [.. Enumerable.Range(0, rows).Select(row =>
        {
            NearestToken[] nearest = [new(row, "piece" + row.ToString(CultureInfo.InvariantCulture), 0.9, 0.5)];
            return new PromptRowReport { Row = row, Norm = 1 + row, Moved = moved, ScoreWithoutRow = 60 + row, ByCosine = nearest, ByDistance = nearest };
        })],
    };
}
