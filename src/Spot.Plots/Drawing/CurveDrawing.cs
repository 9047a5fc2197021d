using ScottPlot;
using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>Draws a chart of curves.</summary>
internal sealed class CurveDrawing
{
    internal const float Width = 720;
    private const float PlotHeight = 360, LegendStep = 18, LegendSize = 12, Swatch = 28, MarkSize = 8, LabelSize = 10;
    private const double CloseLevels = 0.05;

    // Okabe and Ito's colours, which eyes that lack one kind of cone tell apart too; shapes repeat with them.
    private static readonly Color[] Palette =
        [new(0x00, 0x72, 0xb2), new(0xd5, 0x5e, 0x00), new(0x00, 0x9e, 0x73), new(0xcc, 0x79, 0xa7), new(0xe6, 0x9f, 0x00), new(0x56, 0xb4, 0xe9), new(0x00, 0x00, 0x00)];

    private static readonly MarkerShape[] Shapes =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown];

    private readonly CurveChart _chart;
    private readonly Titles _titles;
    private readonly List<CurveSeries> _series;

    internal CurveDrawing(CurveChart chart)
    {
        _chart = chart;
        _titles = new Titles(chart.Title, chart.Subtitle, Width);
        _series = [.. chart.Series
            .Select(series => series with { Points = [.. series.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))] })
            .Where(series => series.Points.Count > 0)];
        Height = _titles.Bottom + PlotHeight + (LegendStep * ((_series.Count + 1) / 2)) + Titles.Margin;
    }

    internal float Height { get; }

    internal void Draw(Sheet sheet)
    {
        _titles.Draw(sheet);
        using Plot plot = PlotStyle.New();
        plot.XLabel(_chart.XLabel, 13);
        plot.YLabel(_chart.YLabel, 13);
        plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        Levels(plot);
        for (int i = 0; i < _series.Count; i++)
        {
            Add(plot, _series[i], i);
        }

        plot.Axes.Margins(0.05, 0.1, 0.1, 0.1); // words stand to the right of the marks
        plot.Axes.Right.MinimumSize = 20 + _chart.Levels.Select(level => Sheet.Width(level.Name, 11)).DefaultIfEmpty(0).Max();
        plot.Render(sheet.Canvas, new PixelRect(Titles.Margin, Width - Titles.Margin, _titles.Bottom + PlotHeight - 12, _titles.Bottom));
        Labels(plot, sheet);
        Legend(sheet);
    }

    private void Levels(Plot plot)
    {
        (string Name, double Y)[] levels = [.. _chart.Levels.Where(level => double.IsFinite(level.Y)).OrderBy(level => level.Y)];
        double[] heights = [.. levels.Select(level => level.Y), .. _series.SelectMany(series => series.Points).SelectMany(Ends)];
        double close = (heights.DefaultIfEmpty().Max() - heights.DefaultIfEmpty().Min()) * CloseLevels;
        for (int i = 0; i < levels.Length; i++)
        {
            // Names of levels that lie close together move apart.
            bool below = i + 1 < levels.Length && levels[i + 1].Y - levels[i].Y < close, above = i > 0 && levels[i].Y - levels[i - 1].Y < close;
            ScottPlot.Plottables.HorizontalLine level = PlotStyle.Horizontal(plot, levels[i].Y);
            level.LabelText = levels[i].Name;
            level.LabelOppositeAxis = true;
            level.LabelRotation = 0;
            level.ManualLabelAlignment = below == above ? Alignment.MiddleLeft : below ? Alignment.UpperLeft : Alignment.LowerLeft;
            level.LabelFontName = BundledFont.Family;
            level.LabelFontSize = 11;
            level.LabelBold = false;
            level.LabelFontColor = new Color(0x55, 0x55, 0x55);
            level.LabelBackgroundColor = Colors.Transparent;
        }
    }

    // Of a point's bar.
    private static double[] Ends(CurvePoint point) =>
        double.IsFinite(point.Deviation) ? [point.Y - point.Deviation, point.Y + point.Deviation] : [point.Y];

    private static void Add(Plot plot, CurveSeries series, int index)
    {
        double[] xs = [.. series.Points.Select(point => point.X)], ys = [.. series.Points.Select(point => point.Y)];
        Color color = Palette[index % Palette.Length];
        if (series.Points.Any(point => double.IsFinite(point.Deviation)))
        {
            double[] deviations = [.. series.Points.Select(point => double.IsFinite(point.Deviation) ? point.Deviation : 0)];
            ScottPlot.Plottables.ErrorBar bars = plot.Add.ErrorBar(xs, ys, deviations);
            bars.Color = color.WithAlpha(0.4);
            bars.CapSize = 3;
        }

        ScottPlot.Plottables.Scatter curve = plot.Add.Scatter(xs, ys, color);
        curve.LineWidth = xs.Distinct().Count() > 1 ? 1.5f : 0;
        curve.MarkerShape = Shapes[index % Shapes.Length];
        curve.MarkerSize = MarkSize;
    }

    // A label that has no place beside its mark is left out.
    private void Labels(Plot plot, Sheet sheet)
    {
        PixelRect data = plot.LastRender.DataRect;
        SKPoint At(CurvePoint point)
        {
            Pixel pixel = plot.GetPixel(new Coordinates(point.X, point.Y));
            return new SKPoint(pixel.X, pixel.Y);
        }

        LabelPlaces places = new(new SKRect(data.Left, data.Top, data.Right, data.Bottom), _series.SelectMany(series => series.Points).Select(At), MarkSize / 2);
        for (int i = 0; i < _series.Count; i++)
        {
            Color color = Palette[i % Palette.Length];
            foreach (CurvePoint point in _series[i].Points.Where(point => point.Label is not null))
            {
                if (places.Take(At(point), Sheet.Width(point.Label!, LabelSize), LabelSize) is { } place)
                {
                    sheet.Text(point.Label!, place.Left, place.MidY, LabelSize, color: new SKColor(color.R, color.G, color.B));
                }
            }
        }
    }

    private void Legend(Sheet sheet)
    {
        float column = (Width - (2 * Titles.Margin)) / 2;
        for (int i = 0; i < _series.Count; i++)
        {
            float x = Titles.Margin + (i % 2 * column) + 8, y = _titles.Bottom + PlotHeight + (i / 2 * LegendStep) + (LegendStep / 2);
            Color color = Palette[i % Palette.Length];
            sheet.Polyline(new SKColor(color.R, color.G, color.B), 1.5f, new SKPoint(x, y), new SKPoint(x + Swatch - 8, y));
            MarkerStyle marker = new(Shapes[i % Shapes.Length], MarkSize, color);
            using Paint paint = Paint.NewDisposablePaint();
            ScottPlot.Drawing.DrawMarker(sheet.Canvas, paint, new Pixel(x + ((Swatch - 8) / 2), y), marker);
            sheet.Text(TextLines.Fit(_series[i].Name, LegendSize, column - Swatch - 16), x + Swatch, y, LegendSize);
        }
    }
}
