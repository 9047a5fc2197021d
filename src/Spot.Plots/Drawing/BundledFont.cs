using ScottPlot;
using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>The typeface of all figures. It travels with the library: on a machine without fonts, text would vanish without an error.</summary>
internal sealed class BundledFont : IFontResolver
{
    /// <summary>The family that figures name.</summary>
    internal const string Family = "Liberation Sans";

    /// <summary>What an SVG asks for instead of the family alone: the others have letters of the same widths.</summary>
    internal const string Families = "Liberation Sans, Arial, Helvetica, sans-serif";

    private static readonly Lazy<SKTypeface> Loaded = new(Load);

    private BundledFont()
    {
    }

    /// <summary>The typeface; never to be disposed of.</summary>
    internal static SKTypeface Typeface => Loaded.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Family ? Typeface : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => fontName == Family ? Typeface : null;

    private static SKTypeface Load()
    {
        using Stream resource = typeof(BundledFont).Assembly.GetManifestResourceStream("Spot.Plots.LiberationSans-Regular.ttf")!;
        SKTypeface typeface = SKTypeface.FromStream(resource);
        ScottPlot.Fonts.FontResolvers.Insert(0, new BundledFont());
        return typeface;
    }
}
