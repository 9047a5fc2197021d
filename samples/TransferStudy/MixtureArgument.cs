namespace Spot.Samples.TransferStudy;

/// <summary>A source that is a mixture, as the command line gives it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tasks">The names of its tasks.</param>
internal sealed record MixtureArgument(string Name, string[] Tasks)
{
    /// <summary>Reads <c>name=a,b,c</c>.</summary>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static MixtureArgument Parse(string text) =>
        text.Split('=') is [{ Length: > 0 } name, { Length: > 0 } tasks] && tasks.Split(',') is var names && names.All(task => task.Length > 0)
            ? new MixtureArgument(name, names)
            : throw new FormatException($"Found the mixture '{text}', expected name=a,b,c with the names of its tasks.");
}
