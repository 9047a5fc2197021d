using System.Globalization;
using System.Xml.Linq;

namespace Spot.Plots.Drawing;

/// <summary>Makes the text of an SVG readable with other fonts too.</summary>
internal static class SvgText
{
    // By the colours as the drawing library writes them.
    private const string Dark = """
        @media (prefers-color-scheme: dark) {
        text[fill="#222"], text[fill="black"] { fill: #e6edf3 } text[fill="#666"], text[fill="#555"] { fill: #9aa5b1 }
        [stroke="black"], [stroke="#222"], [stroke="#555"] { stroke: #9aa5b1 } [stroke="#888"], [stroke="#999"] { stroke: #6e7781 }
        [stroke="#E8E8E8"] { stroke: #2a313a } rect[fill="white"] { fill: #11151a } }
        """;

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

    /// <summary>Gives a settled SVG other typefaces, and colours for dark screens: ink, lines and ground change, data keep theirs.</summary>
    internal static string ForPage(string svg, string fonts)
    {
        XDocument document = XDocument.Parse(svg);
        foreach (XElement text in document.Descendants().Where(element => element.Name.LocalName == "text"))
        {
            text.SetAttributeValue("font-family", fonts);
        }

        document.Root!.AddFirst(new XElement(document.Root.Name.Namespace + "style", Dark));
        return document.ToString(SaveOptions.DisableFormatting);
    }

    private static string First(string list) => list.Split(',')[0].Trim();
}
