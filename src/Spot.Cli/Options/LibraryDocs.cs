using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Spot.Cli;

/// <summary>The library's own documentation of its options, which lies beside it as XML: the tool's help says the same.</summary>
internal static partial class LibraryDocs
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(Read);

    /// <summary>The first sentence of a property's summary; null where there is no documentation.</summary>
    public static string? Summary(PropertyInfo property) => Find(property, "summary") is { } summary ? Null().Replace(SentenceEnd().Split(summary)[0].TrimEnd('.'), OptionValue.None) : null;

    /// <summary>What a property is without being set; null where that is not documented, or nothing.</summary>
    public static string? Default(PropertyInfo property) => Find(property, "value")?.TrimEnd('.') is { } value && value is not ("null" or "Null" or "false" or "Empty" or "") ? value : null;

    private static string? Find(PropertyInfo property, string element)
    {
        XElement? member = Members.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");
        if (member?.Element("inheritdoc")?.Attribute("cref")?.Value is { } other)
        {
            member = Members.Value.GetValueOrDefault(other);
        }

        return member?.Element(element) is { } found ? Text(found) : null;
    }

    private static Dictionary<string, XElement> Read()
    {
        string path = Path.ChangeExtension(typeof(SoftPrompt).Assembly.Location, ".xml");
        return File.Exists(path)
            ? XDocument.Load(path).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal)
            : [];
    }

    private static string Text(XElement element)
    {
        StringBuilder text = new();
        foreach (XNode node in element.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value,
                XElement { Name.LocalName: "see" } see => Name(see),
                XElement inner => Text(inner),
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    // Of P:Spot.TuningOptions.Steps the option --steps; of others the last name.
    private static string Name(XElement see)
    {
        string reference = (see.Attribute("cref")?.Value ?? see.Attribute("langword")?.Value ?? see.Value).Split('(')[0], last = reference.Split('.', ':')[^1];
        return reference.StartsWith("P:", StringComparison.Ordinal) && reference.Contains("Options.", StringComparison.Ordinal) ? OptionName.Of(last) : last;
    }

    [GeneratedRegex(@"\.\s+(?=[A-Z])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\bnull\b")]
    private static partial Regex Null();
}
