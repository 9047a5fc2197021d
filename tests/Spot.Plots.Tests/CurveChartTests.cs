using System.Globalization;
using System.Xml.Linq;
using ScottPlot;
using Spot.Plots.Drawing;

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
            Series = [new CurveSeries("rising", [new CurvePoint(1, 2, 1.5, 2.5), new CurvePoint(2, 3, Label: "here")]), new CurveSeries("nothing", [new CurvePoint(1, double.NaN)])],
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
            Series = [new CurveSeries("rising", [new CurvePoint(1, from, from - deviation, from + deviation), new CurvePoint(2, to, to - deviation, to + deviation)])],
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
        CurveSeries Series(string name, double up) => new(name, [.. Enumerable.Range(1, 5).Select(x => new CurvePoint(x, (0.3 * x) + up, Label: $"k = {x}"))]);
        CurveChart chart = new()
        {
            Title = "A chart",
            XLabel = "",
            YLabel = "",
            Series = [Series("a", 0), Series("b", 0.01), Series("c", 0.02), new("ends", [new CurvePoint(0, 0), new CurvePoint(6, 9), new CurvePoint(6, 9, Label: "at the edge")])],
        };
        XElement[] labels = [.. Svg.Elements(chart.Draw().ToSvg(), "text").Where(text => text.Value.Trim().StartsWith("k = ", StringComparison.Ordinal))];
        Assert.InRange(labels.Length, 10, 15);
        (double X, double Y)[] places = [.. labels.Select(label => (Svg.Left(label), Svg.Top(label)))];
        Assert.All(places.Index(), one => Assert.All(places.Take(one.Index), other =>
            Assert.True(Math.Abs(one.Item.X - other.X) > 20 || Math.Abs(one.Item.Y - other.Y) > 9, $"{one.Item} is over {other}")));
    }

    [Fact]
    public void Series_of_a_group_have_one_colour_and_filled_and_open_marks_side_by_side()
    {
        CurveSeries Series(string name) => new(name, [new CurvePoint(1, 2), new CurvePoint(3, 4)]) { Group = "the same" };
        CurveLook[] looks = CurveLook.Of([Series("a"), new("alone", []), Series("b"), new("alone too", [])]);
        Assert.Equal(looks[0].Color, looks[2].Color);
        Assert.Equal([MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.OpenCircle, MarkerShape.FilledTriangleUp], looks.Select(look => look.Marker));
        Assert.Equal(0, looks[0].Aside + looks[2].Aside, 1e-12);
        Assert.True(looks[0].Aside < looks[2].Aside && looks[1].Aside == 0);
        Assert.Equal(4, looks.Select(look => (look.Color, look.Marker)).Distinct().Count());
    }

    [Fact]
    public void What_is_drawn_is_there_once()
    {
        CurveChart chart = new() { Title = "t", XLabel = "across", YLabel = "up", Series = [new("s", [new CurvePoint(1, 2, 1, 3), new CurvePoint(3, 4)])], Levels = [("level", 2.5)] };
        List<string> texts = Svg.Texts(chart.Draw().ToSvg());
        Assert.All(["across", "up", "level", "1.5", "2.5"], text => Assert.Single(texts, text));
        ScatterGrid grid = new() { Title = "t", XLabel = "", YLabel = "", Panels = [new ScatterPanel("p", [.. Enumerable.Range(0, 12).Select(i => (double)i)], [.. Enumerable.Range(0, 12).Select(i => i % 5.0)])] };
        XElement[] once = [.. Svg.Elements(grid.Draw().ToSvg(), "path")];
        Assert.Equal(once.Length, once.DistinctBy(path => path.ToString()).Count());
    }

    [Fact]
    public void A_logarithmic_axis_has_powers_of_ten_at_equal_distances()
    {
        CurveChart chart = new() { Title = "t", XLabel = "", YLabel = "", Logarithmic = true, Series = [new("s", [new CurvePoint(10, 1), new CurvePoint(0, 1), new CurvePoint(90_000, 2)])] };
        string svg = chart.Draw().ToSvg();
        double[] places = [.. new[] { "10", "100", "1,000", "10,000" }.Select(tick => Middle(Svg.Elements(svg, "text").First(text => text.Value.Trim() == tick)))];
        Assert.All(places.Zip(places.Skip(1)).Select(pair => pair.Second - pair.First), step => Assert.Equal(places[1] - places[0], step, 1.5));
        Assert.True(places[1] - places[0] > 50);

        static double Middle(XElement text) => Svg.Left(text) + (double.Parse(text.Attribute("textLength")!.Value, CultureInfo.InvariantCulture) / 2);
    }

    [Fact]
    public void A_chart_without_points_can_be_drawn() =>
        Assert.NotEmpty(new CurveChart { Title = "Empty", XLabel = "", YLabel = "", Series = [] }.Draw().ToPng());
}
