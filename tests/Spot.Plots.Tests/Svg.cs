using System.Xml.Linq;

namespace Spot.Plots.Tests;

/// <summary>What an SVG holds.</summary>
internal static class Svg
{
    /// <summary>Its texts, without the blanks around them.</summary>
    public static List<string> Texts(string svg) => [.. Elements(svg, "text").Select(text => text.Value.Trim())];

    /// <summary>The elements of a name.</summary>
    public static IEnumerable<XElement> Elements(string svg, string name) => XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == name);
}
