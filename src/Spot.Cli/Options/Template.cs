using Spot.Tasks;

namespace Spot.Cli;

/// <summary>Formats as the command line gives them.</summary>
internal static class Template
{
    /// <summary>A format of a template, or of the name of a field alone.</summary>
    /// <exception cref="ArgumentException">The template is not well formed.</exception>
    public static TextFormat Format(string name, string template, string target)
    {
        try
        {
            return TextFormat.FromTemplate(name, template.Contains('{', StringComparison.Ordinal) ? template : $"{{{template}}}", target);
        }
        catch (FormatException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }
}
