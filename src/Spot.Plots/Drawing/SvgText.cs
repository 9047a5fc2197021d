using System.Globalization;
using System.Xml.Linq;

namespace Spot.Plots.Drawing;

/// <summary>Makes the text of an SVG readable with other fonts too.</summary>
internal static class SvgText
{
    /// <summary>
    /// The drawing library places every letter by itself, which leaves gaps and overlaps where a reader has another font. Here each text keeps its start
    /// and its length, and the reader's program fits its letters in.
    /// </summary>
    internal static string Settle(string svg, int width, int height)
    {
        XDocument document = XDocument.Parse(svg);
        document.Root!.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        foreach (XElement text in document.Descendants().Where(element => element.Name.LocalName == "text"))
        {
            float size = float.Parse(text.Attribute("font-size")!.Value, CultureInfo.InvariantCulture);
            text.Value = text.Value.Trim();
            text.SetAttributeValue("x", First(text.Attribute("x")!.Value));
            text.SetAttributeValue("y", First(text.Attribute("y")!.Value));
            text.SetAttributeValue("font-family", BundledFont.Families);
            text.SetAttributeValue("textLength", Sheet.Width(text.Value, size).ToString("F1", CultureInfo.InvariantCulture));
            text.SetAttributeValue("lengthAdjust", "spacingAndGlyphs");
        }

        return $"{document.Declaration}\n{document.ToString(SaveOptions.DisableFormatting)}\n";
    }

    private static string First(string list) => list.Split(',')[0].Trim();
}
