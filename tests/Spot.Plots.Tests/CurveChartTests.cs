namespace Spot.Plots.Tests;

public class CurveChartTests
{
    [Fact]
    public void Curves_levels_and_legend_are_there()
    {
        CurveChart chart = new()
        {
            Title = "A chart",
            XLabel = "across",
            YLabel = "up",
            Series = [new CurveSeries("rising", [new CurvePoint(1, 2, 0.5), new CurvePoint(2, 3, double.NaN, "here")]), new CurveSeries("nothing", [new CurvePoint(1, double.NaN)])],
            Levels = [("ceiling", 4)],
        };
        List<string> texts = Svg.Texts(chart.Draw().ToSvg());
        Assert.Superset(new HashSet<string> { "A chart", "across", "up", "rising", "here", "ceiling" }, texts.ToHashSet());
        Assert.DoesNotContain("nothing", texts);
    }

    [Fact]
    public void A_chart_without_points_can_be_drawn() =>
        Assert.NotEmpty(new CurveChart { Title = "Empty", XLabel = "", YLabel = "", Series = [] }.Draw().ToPng());
}
