using System.CommandLine;

namespace Spot.Cli;

/// <summary>Options whose value is one of a few names.</summary>
internal static class NamedChoice
{
    /// <summary>An option that the shell can complete.</summary>
    public static Option<string> Option(string name, string description, IEnumerable<string> names)
    {
        string[] all = [.. names];
        Option<string> option = new(name) { HelpName = string.Join('|', all), Description = description };
        option.CompletionSources.Add(all);
        return option;
    }

    /// <summary>The choice of a name, in any case.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static T Find<T>(Option option, string wanted, IReadOnlyList<T> choices, Func<T, string> nameOf)
    {
        foreach (T choice in choices)
        {
            if (nameOf(choice).Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return choice;
            }
        }

        throw new ArgumentException($"Found {option.Name} '{wanted}', expected one of {string.Join(", ", choices.Select(nameOf))}.");
    }
}
