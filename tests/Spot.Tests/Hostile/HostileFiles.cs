using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Spot.Tests.Hostile;

/// <summary>The set of hostile files, unpacked for as long as a test class needs it, and an empty working directory meanwhile.</summary>
public sealed class HostileFiles : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();

    public HostileFiles()
    {
        using (FileStream packed = File.OpenRead(TestPaths.Golden("hostile.tar.gz")))
        using (GZipStream archive = new(packed, CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(archive, _folder.Path, overwriteFiles: false);
        }

        Root = TestPaths.Shared(Path.Combine("golden", "hostile")) ?? Path.Combine(_folder.Path, "hostile");
        Manifest = GoldenData.Json(Path.Combine(Root, "manifest.json"));
        Expected = GoldenData.Tensors(Path.Combine(Root, "expected.safetensors"));
        Working = Directory.CreateDirectory(Path.Combine(_folder.Path, "working")).FullName;
        Directory.SetCurrentDirectory(Working);
    }

    /// <summary>Where the set lies: the folder beside the repository, else the repository's own copy.</summary>
    internal string Root { get; }

    internal JsonElement Manifest { get; }

    internal Dictionary<string, float[]> Expected { get; }

    /// <summary>The working directory.</summary>
    internal string Working { get; }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }
}
