using System.Security.Cryptography;

namespace Spot.Tests;

/// <summary>Lays files out as a hub's cache does: blobs under their hashes, and a snapshot folder of relative links to them.</summary>
internal static class HubCache
{
    /// <summary>Copies the files of a folder into a new cache.</summary>
    /// <param name="source">The folder.</param>
    /// <param name="root">Where the cache is made.</param>
    /// <returns>The snapshot's folder.</returns>
    public static string Of(string source, string root)
    {
        string model = Path.Combine(root, "models--org--name");
        string blobs = Directory.CreateDirectory(Path.Combine(model, "blobs")).FullName;
        string snapshot = Directory.CreateDirectory(Path.Combine(model, "snapshots", "0123456789abcdef0123456789abcdef01234567")).FullName;
        foreach (string path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, path), blob = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
            string link = Path.Combine(snapshot, relative), folder = Path.GetDirectoryName(link)!;
            Directory.CreateDirectory(folder);
            File.Copy(path, Path.Combine(blobs, blob), overwrite: true);
            File.CreateSymbolicLink(link, Path.Combine(Path.GetRelativePath(folder, blobs), blob));
        }

        return snapshot;
    }
}
