using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>The look of plots with axes.</summary>
internal static class PlotStyle
{
    internal static Plot New()
    {
        Plot plot = new();
        plot.FigureBackground.Color = Colors.White;
        plot.Font.Set(BundledFont.Family);
        plot.Axes.Bottom.TickLabelStyle.FontSize = plot.Axes.Left.TickLabelStyle.FontSize = 10;
        plot.Axes.Bottom.TickLabelStyle.FontName = plot.Axes.Left.TickLabelStyle.FontName = BundledFont.Family;
        plot.Axes.Color(new Color(0x55, 0x55, 0x55));
        plot.Grid.MajorLineColor = new Color(0xe8, 0xe8, 0xe8);
        plot.Axes.Right.FrameLineStyle.IsVisible = plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.HideLegend();
        plot.Axes.Bottom.TickGenerator = Ticks(40);
        plot.Axes.Left.TickGenerator = Ticks(24);
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        return plot;
    }

    /// <summary>Draws a plot once. The library draws a new plot twice, as it has the sizes of its ticks after the first time: that goes nowhere.</summary>
    internal static void Draw(Plot plot, SKCanvas canvas, PixelRect rectangle)
    {
        using (SKNoDrawCanvas nowhere = new((int)rectangle.Right, (int)rectangle.Bottom))
        {
            plot.Render(nowhere, rectangle);
        }

        plot.Render(canvas, rectangle);
    }

    /// <summary>A thin line across, which does not stretch the axis by itself.</summary>
    internal static ScottPlot.Plottables.HorizontalLine Horizontal(Plot plot, double y)
    {
        ScottPlot.Plottables.HorizontalLine line = plot.Add.HorizontalLine(y, 1, new Color(0x99, 0x99, 0x99));
        line.EnableAutoscale = true;
        return line;
    }

    private static NumericAutomatic Ticks(float spacing) => new()
    {
        MinimumTickSpacing = spacing,
        TargetTickCount = 5,
        MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1),
        LabelFormatter = value => NumberText.Of(value, "0.#####"),
    };
}
