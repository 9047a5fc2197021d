namespace Spot.Tasks;

/// <summary>C4, the source task of the study that is raw text and has no format.</summary>
internal static class RawText
{
    public const string Name = "c4";
    private const int Validation = 512;

    /// <summary>Whether its files are below a folder.</summary>
    public static bool IsThere(string root) => Path.Combine(root, Name) is { } folder && Directory.Exists(folder) && TextFiles.Find(folder).Skip(1).Any();

    /// <summary>The task.</summary>
    public static TextTask Load(string folder, TaskLoadOptions? options)
    {
        string below = Path.Combine(folder, Name);
        return TextFiles.Task(Name, Directory.Exists(below) ? below : folder, validation: Math.Clamp(options?.MaxRows ?? Validation, 1, Validation));
    }
}
