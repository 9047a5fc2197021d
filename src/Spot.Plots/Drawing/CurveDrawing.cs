using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>Draws a chart of curves.</summary>
internal sealed class CurveDrawing
{
    internal const float Width = 720;
    private const float PlotHeight = 360, LegendStep = 18, LegendSize = 12, Swatch = 34, MarkSize = 8, LabelSize = 10;
    private const double CloseLevels = 0.05;

    private readonly CurveChart _chart;
    private readonly Titles _titles;
    private readonly CurveSeries[] _series;
    private readonly CurveLook[] _looks;
    private readonly int _legendColumns;

    internal CurveDrawing(CurveChart chart)
    {
        _chart = chart;
        _titles = new Titles(chart.Title, chart.Subtitle, Width);
        _series = [.. chart.Series
            .Select(series => series with { Points = [.. series.Points.Select(At).Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))] })
            .Where(series => series.Points.Count > 0)];
        _looks = CurveLook.Of(_series);
        double[] xs = [.. _series.SelectMany(series => series.Points).Select(point => point.X)];
        double range = xs.Length == 0 ? 0 : xs.Max() - xs.Min();
        for (int i = 0; i < _series.Length; i++)
        {
            double aside = _looks[i].Aside * range;
            _series[i] = _series[i] with { Points = [.. _series[i].Points.Select(point => point with { X = point.X + aside })] };
        }

        // Names that are too long for half the width have a line each.
        _legendColumns = _series.All(series => Sheet.Width(series.Name, LegendSize) < ((Width - (2 * Titles.Margin)) / 2) - Swatch - 16) ? 2 : 1;
        Height = _titles.Bottom + PlotHeight + (LegendStep * ((_series.Length + _legendColumns - 1) / _legendColumns)) + Titles.Margin;
    }

    internal float Height { get; }

    internal void Draw(Sheet sheet)
    {
        _titles.Draw(sheet);
        using Plot plot = PlotStyle.New();
        plot.XLabel(_chart.XLabel, 13);
        plot.YLabel(_chart.YLabel, 13);
        plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        if (_chart.Logarithmic)
        {
            plot.Axes.Bottom.TickGenerator = Decades();
        }

        Levels(plot);
        for (int i = 0; i < _series.Length; i++)
        {
            Add(plot, _series[i], _looks[i]);
        }

        plot.Axes.Margins(0.05, 0.1, 0.1, 0.1); // words stand to the right of the marks
        plot.Axes.Right.MinimumSize = 20 + _chart.Levels.Select(level => Sheet.Width(level.Name, 11)).DefaultIfEmpty(0).Max();
        PlotStyle.Draw(plot, sheet.Canvas, new PixelRect(Titles.Margin, Width - Titles.Margin, _titles.Bottom + PlotHeight - 12, _titles.Bottom));
        Labels(plot, sheet);
        Legend(sheet);
    }

    // A logarithmic axis is an even one of the numbers' logarithms.
    private CurvePoint At(CurvePoint point) => _chart.Logarithmic ? point with { X = Math.Log10(point.X) } : point;

    // 1, 2, 5, 10, 20 …, as far as the points reach; only powers of ten where that is much.
    private NumericManual Decades()
    {
        double[] xs = [.. _series.SelectMany(series => series.Points).Select(point => point.X)];
        NumericManual ticks = new();
        if (xs.Length > 0)
        {
            (int low, int high) = ((int)Math.Floor(xs.Min()), (int)Math.Ceiling(xs.Max()));
            foreach (int decade in Enumerable.Range(low, high - low + 1))
            {
                foreach (int step in high - low > 3 ? (int[])[1] : [1, 2, 5])
                {
                    double place = decade + Math.Log10(step);
                    ticks.AddMajor(place, NumberText.Of(Math.Pow(10, place), "#,0.######"));
                }
            }
        }

        return ticks;
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
    private static double[] Ends(CurvePoint point) => HasBar(point) ? [point.Y, point.Low, point.High] : [point.Y];

    private static bool HasBar(CurvePoint point) => double.IsFinite(point.Low) && double.IsFinite(point.High);

    private static void Add(Plot plot, CurveSeries series, CurveLook look)
    {
        double[] xs = [.. series.Points.Select(point => point.X)], ys = [.. series.Points.Select(point => point.Y)];
        if (series.Points.Any(HasBar))
        {
            plot.PlottableList.Add(new ScottPlot.Plottables.ErrorBar(
                xs, ys, null, null,
                [.. series.Points.Select(point => HasBar(point) ? point.Y - point.Low : 0)], [.. series.Points.Select(point => HasBar(point) ? point.High - point.Y : 0)])
            {
                Color = look.Color.WithAlpha(0.4),
                CapSize = 3,
            });
        }

        ScottPlot.Plottables.Scatter curve = plot.Add.Scatter(xs, ys, look.Color);
        curve.LineWidth = xs.Distinct().Count() > 1 ? 1.5f : 0;
        curve.LinePattern = look.Dashed ? LinePattern.Dashed : LinePattern.Solid;
        curve.MarkerShape = look.Marker;
        curve.MarkerSize = MarkSize;
        curve.MarkerLineWidth = 1.5f;
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
        for (int i = 0; i < _series.Length; i++)
        {
            Color color = _looks[i].Color;
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
        float column = (Width - (2 * Titles.Margin)) / _legendColumns, line = Swatch - 8;
        for (int i = 0; i < _series.Length; i++)
        {
            float x = Titles.Margin + (i % _legendColumns * column) + 8, y = _titles.Bottom + PlotHeight + (i / _legendColumns * LegendStep) + (LegendStep / 2);
            Color color = _looks[i].Color;
            SKColor ink = new(color.R, color.G, color.B);
            if (_looks[i].Dashed)
            {
                sheet.Polyline(ink, 1.5f, new SKPoint(x, y), new SKPoint(x + 6, y));
                sheet.Polyline(ink, 1.5f, new SKPoint(x + line - 6, y), new SKPoint(x + line, y));
            }
            else
            {
                sheet.Polyline(ink, 1.5f, new SKPoint(x, y), new SKPoint(x + line, y));
            }

            MarkerStyle marker = new(_looks[i].Marker, MarkSize, color) { LineWidth = 1.5f, LineColor = color };
            using Paint paint = Paint.NewDisposablePaint();
            ScottPlot.Drawing.DrawMarker(sheet.Canvas, paint, new Pixel(x + (line / 2), y), marker);
            sheet.Text(TextLines.Fit(_series[i].Name, LegendSize, column - Swatch - 16), x + Swatch, y, LegendSize);
        }
    }
}
