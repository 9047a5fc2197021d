using ScottPlot;
using SkiaSharp;
using Spot.Statistics;

namespace Spot.Plots.Drawing;

/// <summary>Draws a grid of scatter plots.</summary>
internal sealed class ScatterDrawing
{
    private const float PanelWidth = 250, PanelHeight = 210, Heading = 54, AxisRoom = 26;
    private static readonly Color Points = new(0x21, 0x66, 0xac), Regression = new(0xb2, 0x18, 0x2b);

    private readonly ScatterGrid _grid;
    private readonly int _columns;
    private readonly Titles _titles;

    internal ScatterDrawing(ScatterGrid grid)
    {
        _grid = grid;
        _columns = Math.Min(4, (int)Math.Ceiling(Math.Sqrt(grid.Panels.Count)));
        int rows = (grid.Panels.Count + _columns - 1) / _columns;
        Width = Math.Max(420, (2 * Titles.Margin) + AxisRoom + (_columns * PanelWidth));
        _titles = new Titles(grid.Title, grid.Subtitle, Width);
        Height = _titles.Bottom + (rows * (Heading + PanelHeight)) + AxisRoom + Titles.Margin;
    }

    internal float Width { get; }

    internal float Height { get; }

    internal void Draw(Sheet sheet)
    {
        _titles.Draw(sheet);
        for (int i = 0; i < _grid.Panels.Count; i++)
        {
            float x = Titles.Margin + AxisRoom + (i % _columns * PanelWidth), y = _titles.Bottom + (i / _columns * (Heading + PanelHeight));
            Panel(sheet, _grid.Panels[i], x, y);
        }

        float middle = (_titles.Bottom + Height - AxisRoom - Titles.Margin) / 2;
        sheet.TextUp(_grid.YLabel, Titles.Margin + 6, middle, 13, SKTextAlign.Center);
        sheet.Text(_grid.XLabel, Titles.Margin + AxisRoom + (_columns * PanelWidth / 2), Height - Titles.Margin - 4, 13, SKTextAlign.Center);
    }

    private static void Panel(Sheet sheet, ScatterPanel panel, float x, float y)
    {
        (double X, double Y)[] points = [.. panel.X.Zip(panel.Y).Where(point => double.IsFinite(point.First) && double.IsFinite(point.Second))];
        double[] xs = [.. points.Select(point => point.X)], ys = [.. points.Select(point => point.Y)];
        float left = x + 8;
        sheet.Text(TextLines.Fit(panel.Name, 13, PanelWidth - 16), left, y + 10, 13);
        foreach ((int line, string note) in (panel.Notes ?? Correlations(xs, ys)).Take(2).Index())
        {
            sheet.Text(TextLines.Fit(note, 11, PanelWidth - 16), left, y + 27 + (15 * line), 11, color: Sheet.Faint);
        }

        using Plot plot = PlotStyle.New();
        if (points.Length == 0)
        {
            plot.Axes.SetLimits(0, 1, 0, 1);
        }

        PlotStyle.Horizontal(plot, 0);
        ScottPlot.Plottables.Scatter scatter = plot.Add.ScatterPoints(xs, ys, Points.WithAlpha(0.7));
        scatter.MarkerSize = points.Length > 100 ? 4 : 6;
        if (points.Length >= Correlation.FewestPoints && double.IsFinite(Correlation.Pearson(xs, ys).Coefficient))
        {
            ScottPlot.Statistics.LinearRegression line = new(xs, ys);
            (double low, double high) = (xs.Min(), xs.Max());
            plot.Add.Line(low, line.GetValue(low), high, line.GetValue(high)).LineStyle = new LineStyle(1.5f, Regression);
        }

        PlotStyle.Draw(plot, sheet.Canvas, new PixelRect(x, x + PanelWidth - 6, y + Heading + PanelHeight - 6, y + Heading - 4));
    }

    private static string[] Correlations(double[] xs, double[] ys)
    {
        Correlation pearson = Correlation.Pearson(xs, ys), spearman = Correlation.Spearman(xs, ys);
        string P(Correlation of) => xs.Length < Correlation.FewestPoints ? "" : $", {NumberText.PValue(of.PValue)}";
        return [$"r = {NumberText.Of(pearson.Coefficient, "F2")}{P(pearson)}", $"ρ = {NumberText.Of(spearman.Coefficient, "F2")}{P(spearman)}; n = {xs.Length}"];
    }
}
