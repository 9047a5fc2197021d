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

    [Theory]
    [InlineData(0, 10, double.NaN, 8)]
    [InlineData(4.9, 5.2, 5, 5.9)] // the bars make the range
    public void Names_of_levels_that_lie_close_together_do_not_overlap(double from, double to, double deviation, double apart)
    {
        CurveChart chart = new()
        {
            Title = "A chart",
            XLabel = "",
            YLabel = "",
            Series = [new CurveSeries("rising", [new CurvePoint(1, from, deviation), new CurvePoint(2, to, deviation)])],
            Levels = [("upper", 5.1), ("lower", 5), ("apart", apart)],
        };
        string svg = chart.Draw().ToSvg();
        Assert.InRange(Height("lower") - Height("upper"), 11, 30);
        Assert.True(Height("apart") < Height("upper"));

        double Height(string name) => Svg.Top(Svg.Elements(svg, "text").First(text => text.Value.Trim() == name));
    }

    [Fact]
    public void A_chart_without_points_can_be_drawn() =>
        Assert.NotEmpty(new CurveChart { Title = "Empty", XLabel = "", YLabel = "", Series = [] }.Draw().ToPng());
}
