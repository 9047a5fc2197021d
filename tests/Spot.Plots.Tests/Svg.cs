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
    public static double Top(XElement text) => Place(text, "y", 2);

    /// <summary>How far to the right a text begins.</summary>
    public static double Left(XElement text) => Place(text, "x", 1);

    private static double Place(XElement text, string axis, int moved)
    {
        double place = double.Parse(text.Attribute(axis)!.Value, CultureInfo.InvariantCulture);
        string[]? parts = text.Attribute("transform")?.Value.Split('(', ')', ' ');
        return parts is ["translate", _, _, ..] ? place + double.Parse(parts[moved], CultureInfo.InvariantCulture) : place;
    }
}
