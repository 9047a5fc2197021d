using System.CommandLine;

namespace Spot.Cli;

/// <summary>Options and arguments that belong together and several commands have.</summary>
internal interface IOptionGroup
{
    /// <summary>The options and arguments, in the order of the help.</summary>
    IEnumerable<Symbol> Symbols { get; }
}
