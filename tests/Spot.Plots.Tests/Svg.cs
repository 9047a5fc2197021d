using System.Globalization;
using System.Xml.Linq;

namespace Spot.Plots.Tests;

/// <summary>What an SVG holds.</summary>
internal static class Svg
{
    /// <summary>Its texts, without the blanks around them.</summary>
    public static List<string> Texts(string svg) => [.. Elements(svg, "text").Select(text => text.Value.Trim())];

    /// <summary>The elements of a name.</summary>
    public static IEnumerable<XElement> Elements(string svg, string name) => XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == name);

    /// <summary>How far down a text stands.</summary>
    public static double Top(XElement text)
    {
        double y = double.Parse(text.Attribute("y")!.Value, CultureInfo.InvariantCulture);
        string[]? moved = text.Attribute("transform")?.Value.Split('(', ')', ' ');
        return moved is ["translate", _, string down, ..] ? y + double.Parse(down, CultureInfo.InvariantCulture) : y;
    }
}
