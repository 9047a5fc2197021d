namespace Spot.Plots.Tests;

public class ScatterGridTests
{
    [Fact]
    public void Every_panel_has_its_name_its_points_and_its_correlations()
    {
        // By hand: r = 0.8 for both, p of three degrees of freedom 0.104.
        Figure figure = Grid(new ScatterPanel("first", [1, 2, 3, 4, 5, double.NaN], [1, 3, 2, 5, 4, 0]), new ScatterPanel("second", [1, 2, 3], [1, 1, 1]));
        string svg = figure.ToSvg();
        List<string> texts = Svg.Texts(svg);
        Assert.Contains("first", texts);
        Assert.Contains("r = 0.80", texts); // of five points there is no verdict
        Assert.Contains("ρ = 0.80; n = 5", texts);
        Assert.Contains("r = –", texts);
        Assert.Contains("across", texts);
        Assert.Contains("up", texts);
        Assert.True(Svg.Elements(svg, "ellipse").Count() + Svg.Elements(svg, "circle").Count() >= 8);
    }

    [Fact]
    public void From_ten_points_on_there_are_a_line_and_p_values()
    {
        double[] x = [.. Enumerable.Range(0, 10)], y = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8];
        string nine = Grid(new ScatterPanel("nine", x[..9], y[..9])).ToSvg(), ten = Grid(new ScatterPanel("ten", x, y)).ToSvg();
        Assert.Contains("r = 0.94, p < 0.001", Svg.Texts(ten));
        Assert.DoesNotContain(Svg.Texts(nine), text => text.Contains("p ", StringComparison.Ordinal));
        Assert.Contains("#B2182B", ten, StringComparison.Ordinal);
        Assert.DoesNotContain("#B2182B", nine, StringComparison.Ordinal);
        List<string> noted = Svg.Texts(Grid(new ScatterPanel("noted", x, y) { Notes = ["one", "two", "three"] }).ToSvg());
        Assert.True(noted.Contains("one") && noted.Contains("two") && !noted.Contains("three") && !noted.Exists(text => text.StartsWith("r =", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_grid_grows_with_its_panels()
    {
        ScatterPanel panel = new("p", [1, 2], [2, 1]);
        Figure one = Grid(panel), many = Grid([.. Enumerable.Repeat(panel, 11)]);
        Assert.True(many.Width > one.Width && many.Height > one.Height);
        Assert.Equal(11, Svg.Texts(many.ToSvg()).Count(text => text == "p"));
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => Grid());
        Assert.Throws<ArgumentException>(() => Grid(new ScatterPanel("p", [1], [1, 2])));
    }

    private static Figure Grid(params ScatterPanel[] panels) => new ScatterGrid { Title = "A grid", XLabel = "across", YLabel = "up", Panels = panels }.Draw();
}
