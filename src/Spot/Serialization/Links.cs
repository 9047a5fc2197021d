namespace Spot.Serialization;

/// <summary>Where symbolic links lead. What .NET tells of a link, such as its length and its time, is the link's own and not that of what it leads to.</summary>
internal static class Links
{
    private const int MostHops = 40; // as Linux has it

    /// <summary>The path without any link: neither at its end nor in a folder above it. What does not exist stays as it is.</summary>
    /// <exception cref="IOException">The links go round in a circle.</exception>
    public static string Resolve(string path) => Resolve(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), MostHops);

    // The folder first: a relative link means the folder that it really lies in.
    private static string Resolve(string full, int hops)
    {
        if (hops == 0)
        {
            throw new IOException($"'{full}': found more than {MostHops} links that lead to each other, expected a file or folder. Copy it to a plain path.");
        }

        if (Path.GetDirectoryName(full) is not { } above)
        {
            return full;
        }

        string folder = Resolve(above, hops), here = Path.Join(folder, Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is { } target ? Resolve(Path.GetFullPath(target, folder), hops - 1) : here;
    }
}
