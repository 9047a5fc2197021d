using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>Where a figure draws: shapes and text at pixels, y downwards.</summary>
internal sealed class Sheet(SKCanvas canvas)
{
    internal static readonly SKColor Ink = new(0x22, 0x22, 0x22), Faint = new(0x66, 0x66, 0x66), Line = new(0x88, 0x88, 0x88);

    /// <summary>What other drawing code draws on.</summary>
    internal SKCanvas Canvas => canvas;

    /// <summary>The width of a text.</summary>
    internal static float Width(string text, float size)
    {
        using SKFont font = Font(size);
        return font.MeasureText(text);
    }

    /// <summary>A filled rectangle.</summary>
    internal void Rectangle(float x, float y, float width, float height, SKColor color)
    {
        // Without smoothing, neighbours leave no seam between them.
        using SKPaint paint = new() { Color = color, IsAntialias = false };
        canvas.DrawRect(x, y, width, height, paint);
    }

    /// <summary>A small filled triangle in the upper right corner of a place.</summary>
    internal void Corner(float right, float top, float size, SKColor color)
    {
        using SKPaint paint = new() { Color = color, IsAntialias = true };
        using SKPath corner = new();
        corner.AddPoly([new SKPoint(right - size, top), new SKPoint(right, top), new SKPoint(right, top + size)], close: true);
        canvas.DrawPath(corner, paint);
    }

    /// <summary>A line through points.</summary>
    internal void Polyline(SKColor color, float width, params ReadOnlySpan<SKPoint> points)
    {
        using SKPaint paint = new() { Color = color, IsAntialias = true, IsStroke = true, StrokeWidth = width, StrokeCap = SKStrokeCap.Square };
        for (int i = 1; i < points.Length; i++)
        {
            canvas.DrawLine(points[i - 1], points[i], paint);
        }
    }

    /// <summary>One line of text; <paramref name="y"/> is the middle of its small letters.</summary>
    internal void Text(string text, float x, float y, float size, SKTextAlign align = SKTextAlign.Left, SKColor? color = null)
    {
        using SKFont font = Font(size);
        using SKPaint paint = new() { Color = color ?? Ink, IsAntialias = true };
        canvas.DrawText(text, x, y + (0.36f * size), align, font, paint);
    }

    /// <summary>One line of text that reads upwards; <paramref name="x"/> is the middle of its small letters.</summary>
    internal void TextUp(string text, float x, float y, float size, SKTextAlign align, SKColor? color = null)
    {
        canvas.Save();
        canvas.Translate(x, y);
        canvas.RotateDegrees(-90);
        Text(text, 0, 0, size, align, color);
        canvas.Restore();
    }

    private static SKFont Font(float size) => new(BundledFont.Typeface, size) { Subpixel = true, Hinting = SKFontHinting.None, LinearMetrics = true };
}
