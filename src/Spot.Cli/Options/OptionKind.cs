namespace Spot.Cli;

/// <summary>A class of the library whose properties are options.</summary>
/// <param name="Name">What it is called where there are several.</param>
/// <param name="Type">The class.</param>
/// <param name="Defaults">What it is without any option; null for what the library documents.</param>
internal sealed record OptionKind(string Name, Type Type, object? Defaults = null);
