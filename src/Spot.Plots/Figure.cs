using System.Text;
using SkiaSharp;
using Spot.Plots.Drawing;
using Spot.Serialization;

namespace Spot.Plots;

/// <summary>A picture that can be had as PNG and as SVG, on white.</summary>
/// <remarks>Immutable. Drawing needs no fonts on the machine. One figure draws at a time in a process, since the plotting library shares state; calls wait for each other.</remarks>
public sealed class Figure
{
    private static readonly Lock Drawing = new();
    private readonly Action<Sheet> _draw;
    private string? _svg;

    internal Figure(string title, float width, float height, Action<Sheet> draw)
    {
        Title = title;
        Width = (int)MathF.Ceiling(width);
        Height = (int)MathF.Ceiling(height);
        _draw = draw;
    }

    /// <summary>What the figure shows, in one line.</summary>
    public string Title { get; }

    /// <summary>The width in pixels at scale 1.</summary>
    public int Width { get; }

    /// <summary>The height in pixels at scale 1.</summary>
    public int Height { get; }

    /// <summary>Draws a PNG.</summary>
    /// <param name="scale">Pixels for each unit, 0.1 … 10; 2 is sharp on screens and in print.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is outside 0.1 … 10.</exception>
    public byte[] ToPng(float scale = 2)
    {
        if (!(scale is >= 0.1f and <= 10))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be from 0.1 to 10.");
        }

        lock (Drawing)
        {
            using SKSurface surface = SKSurface.Create(new SKImageInfo((int)MathF.Ceiling(Width * scale), (int)MathF.Ceiling(Height * scale)));
            surface.Canvas.Scale(scale);
            Draw(surface.Canvas);
            using SKImage image = surface.Snapshot();
            using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
            return data.ToArray();
        }
    }

    /// <summary>Draws an SVG: shapes and text, no bitmaps, nothing that is fetched.</summary>
    /// <returns>The file's text.</returns>
    public string ToSvg()
    {
        lock (Drawing)
        {
            if (_svg is not null)
            {
                return _svg;
            }

            using MemoryStream stream = new();
            using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(Width, Height), stream))
            {
                Draw(canvas);
            }

            return _svg = SvgText.Settle(Encoding.UTF8.GetString(stream.ToArray()), Width, Height);
        }
    }

    /// <summary>The SVG for a page: with the page's typefaces, and dark where the reader's screen is.</summary>
    internal string ToPageSvg(string fonts) => SvgText.ForPage(ToSvg(), fonts);

    /// <summary>Writes the figure; the file appears whole or not at all, and one that exists is replaced.</summary>
    /// <param name="path">A name that ends in <c>.png</c> or <c>.svg</c>; the folder must exist.</param>
    /// <exception cref="ArgumentException">The name ends otherwise.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => ToPng(),
            ".SVG" => Encoding.UTF8.GetBytes(ToSvg()),
            string other => throw new ArgumentException($"Found the ending '{other}' in '{path}', expected .png or .svg.", nameof(path)),
        };
        AtomicFile.Write(Path.GetFullPath(path), stream => stream.Write(bytes));
    }

    private void Draw(SKCanvas canvas)
    {
        _ = BundledFont.Typeface;
        Sheet sheet = new(canvas);
        sheet.Rectangle(0, 0, Width, Height, SKColors.White);
        _draw(sheet);
    }
}
