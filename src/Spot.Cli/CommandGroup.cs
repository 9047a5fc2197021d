using System.CommandLine;

namespace Spot.Cli;

/// <summary>Commands that belong together.</summary>
internal static class CommandGroup
{
    public static Command Create(string name, string description, params Command[] commands)
    {
        Command group = new(name, description);
        foreach (Command command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }
}
