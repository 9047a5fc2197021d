using System.Globalization;
using System.Xml.Linq;
using Spot.Statistics;

namespace Spot.Plots.Tests;

public class HeatMapTests
{
    private static readonly string[] Names = ["one", "two", "three", "four"];

    // one and three are alike, and two and four.
    private static readonly double[][] Values = [[9, 1, 9, 0], [0, 8, 1, 9], [8, 0, 9, 1], [1, 9, 0, 8]];

    [Fact]
    public void Rows_and_columns_stand_in_the_order_of_their_trees()
    {
        Dendrogram rows = HeatMap.TreeOfRows(Values)!, columns = HeatMap.TreeOfColumns(Values)!;
        string svg = Map(rows, columns).ToSvg();
        List<string> texts = Svg.Texts(svg);
        string[] labels = [.. texts.Where(Names.Contains)];
        Assert.Equal([.. rows.OptimalLeaves().Select(i => Names[i]), .. columns.OptimalLeaves().Select(i => Names[i])], labels);
        Assert.Equal(1, Math.Abs(Array.IndexOf(labels, "one") - Array.IndexOf(labels, "three")));

        // The numbers in the cells, row by row in that order.
        string[] numbers = [.. rows.OptimalLeaves().SelectMany(i => columns.OptimalLeaves().Select(j => Values[i][j].ToString("F1", CultureInfo.InvariantCulture)))];
        Assert.Equal(numbers, texts.Where(text => text.Contains('.', StringComparison.Ordinal)).Take(16));
    }

    [Fact]
    public void Without_trees_the_given_order_stays() =>
        Assert.Equal([.. Names, .. Names], Svg.Texts(Map(null, null).ToSvg()).Where(Names.Contains));

    [Fact]
    public void Every_cell_is_a_rectangle_also_of_a_large_matrix()
    {
        string[] names = [.. Enumerable.Range(0, 41).Select(i => $"task number {i}")];
        Figure figure = new HeatMap { Title = "Large", Rows = names, Columns = names, Values = Studies.Matrix(41, 41, (i, j) => 1.0 / (1 + Math.Abs(i - j))), Unit = "similarity" }.Draw();
        string svg = figure.ToSvg();
        Assert.True(Svg.Elements(svg, "rect").Count() >= 41 * 41);
        Assert.Equal(82, Svg.Texts(svg).Count(names.Contains));
    }

    [Fact]
    public void No_label_lies_outside_the_figure()
    {
        string[] names = [.. Enumerable.Range(0, 26).Select(i => $"a task with a rather long name {i}")];
        Figure figure = new HeatMap { Title = "Long", Rows = names, Columns = names[..3], Values = Studies.Matrix(26, 3, (i, j) => i - (10.0 * j)), Unit = "change, %", Diverging = true }.Draw();
        foreach (XElement text in Svg.Elements(figure.ToSvg(), "text").Where(text => text.Attribute("transform") is null))
        {
            double x = double.Parse(text.Attribute("x")!.Value, CultureInfo.InvariantCulture), width = double.Parse(text.Attribute("textLength")!.Value, CultureInfo.InvariantCulture);
            Assert.InRange(x, 0, figure.Width);
            Assert.InRange(x + width, 0, figure.Width);
        }
    }

    [Fact]
    public void What_is_missing_or_left_out_is_marked_and_explained()
    {
        HeatMap map = new()
        {
            Title = "Holes",
            Rows = ["a", "b"],
            Columns = ["c", "d"],
            Unit = "unit",
            Values = [[1, double.NaN], [double.NaN, double.NegativeInfinity]],
            LeftOut = [[false, true], [false, false]],
            Diverging = true,
        };
        List<string> texts = Svg.Texts(map.Draw().ToSvg());
        Assert.Single(texts, "×");
        Assert.Single(texts, "−∞");
        Assert.Contains(texts, text => text.StartsWith("×: left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Colours_span_the_middle_nine_tenths_and_cells_beyond_are_marked()
    {
        // 5 % and 95 % of −9 … 9 and a −500: at −9 and 8.05.
        double[][] values = [.. Enumerable.Range(0, 4).Select(i => Enumerable.Range(0, 5).Select(j => i == 3 && j == 4 ? -500.0 : (5 * i) + j - 9).ToArray())];
        string svg = new HeatMap { Title = "t", Rows = Names, Columns = [.. Names, "five"], Values = values, Unit = "u", Diverging = true }.Draw().ToSvg();
        List<string> texts = Svg.Texts(svg);
        Assert.Contains("≤ −40", texts);
        Assert.Contains(texts, text => text.StartsWith("Marked corner: beyond the colours", StringComparison.Ordinal));
        Assert.Single(Svg.Elements(svg, "path"), path => path.Attribute("fill")!.Value != "none");
        svg = new HeatMap { Title = "t", Rows = ["a"], Columns = ["b", "c"], Values = [[-3, 3]], Unit = "u", Diverging = true }.Draw().ToSvg();
        Assert.DoesNotContain(Svg.Elements(svg, "path"), path => path.Attribute("fill")!.Value != "none");
    }

    [Fact]
    public void Trees_pass_over_holes_but_need_something_in_common()
    {
        Assert.NotNull(HeatMap.TreeOfRows([[1, double.NaN, 3], [1, 2, double.NaN], [5, 5, 5]]));
        Assert.Null(HeatMap.TreeOfRows([[1, double.NaN], [double.NaN, 2]]));
        Assert.Null(HeatMap.TreeOfRows([[1, 2]]));
        Assert.Null(HeatMap.TreeOfSimilarities([[1, double.NaN], [double.NaN, 1]]));
        Assert.Equal(0.25, HeatMap.TreeOfSimilarities([[0.9, 0.75], [0.75, 0.8]])!.Merges[0].Height);
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => new HeatMap { Title = "t", Rows = [], Columns = ["a"], Values = [], Unit = "" }.Draw());
        Assert.Throws<ArgumentException>(() => new HeatMap { Title = "t", Rows = ["a"], Columns = ["a"], Values = [[1, 2]], Unit = "" }.Draw());
        Assert.Throws<ArgumentException>(() => Map(Dendrogram.Build([1], 2), null));
    }

    private static Figure Map(Dendrogram? rows, Dendrogram? columns) =>
        new HeatMap { Title = "A map", Rows = Names, Columns = Names, Values = Values, Unit = "unit", RowTree = rows, ColumnTree = columns }.Draw();
}
