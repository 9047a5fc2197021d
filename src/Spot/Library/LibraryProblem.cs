namespace Spot.Library;

/// <summary>A file of a prompt library that cannot be used, or does not belong there.</summary>
/// <param name="Path">The file.</param>
/// <param name="Message">What was found, what was expected and what to do.</param>
public sealed record LibraryProblem(string Path, string Message);
