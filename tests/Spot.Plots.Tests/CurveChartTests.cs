using System.Xml.Linq;

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
    public void Labels_of_points_that_lie_close_together_do_not_overlap()
    {
        CurveSeries Series(string name, double up) => new(name, [.. Enumerable.Range(1, 5).Select(x => new CurvePoint(x, (0.3 * x) + up, double.NaN, $"k = {x}"))]);
        CurveChart chart = new()
        {
            Title = "A chart",
            XLabel = "",
            YLabel = "",
            Series = [Series("a", 0), Series("b", 0.01), Series("c", 0.02), new("ends", [new CurvePoint(0, 0), new CurvePoint(6, 9), new CurvePoint(6, 9, double.NaN, "at the edge")])],
        };
        XElement[] labels = [.. Svg.Elements(chart.Draw().ToSvg(), "text").Where(text => text.Value.Trim().StartsWith("k = ", StringComparison.Ordinal))];
        Assert.InRange(labels.Length, 10, 15);
        (double X, double Y)[] places = [.. labels.Select(label => (Svg.Left(label), Svg.Top(label)))];
        Assert.All(places.Index(), one => Assert.All(places.Take(one.Index), other =>
            Assert.True(Math.Abs(one.Item.X - other.X) > 20 || Math.Abs(one.Item.Y - other.Y) > 9, $"{one.Item} is over {other}")));
    }

    [Fact]
    public void A_chart_without_points_can_be_drawn() =>
        Assert.NotEmpty(new CurveChart { Title = "Empty", XLabel = "", YLabel = "", Series = [] }.Draw().ToPng());
}
