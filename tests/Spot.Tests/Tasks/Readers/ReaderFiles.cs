using System.IO.Compression;
using System.Text;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

/// <summary>Writes files into a folder of its own and reads them.</summary>
internal sealed class ReaderFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    internal string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();

    internal static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    internal static string[] Json(IEnumerable<DataRow> rows) => [.. rows.Select(row => row.Fields.ToJsonString())];

    /// <summary>Rows as they are enumerated.</summary>
    internal static IEnumerable<DataRow> Read(string path, DataFileOptions? options = null) => DataFile.Read(path, options, TestContext.Current.CancellationToken);

    internal string FilePath(string name) => Path.Combine(Folder, name);

    internal string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes; a name that ends in .gz compresses them.</summary>
    internal string Write(string name, byte[] bytes) => WriteRaw(name, name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(bytes) : bytes);

    internal string WriteRaw(string name, byte[] bytes)
    {
        File.WriteAllBytes(FilePath(name), bytes);
        return FilePath(name);
    }

    /// <summary>The message of the error that reading the whole file ends with; asserts that it begins with the file and the place and holds all parts.</summary>
    internal static string Fails(string path, string place, DataFileOptions? options, params string[] parts)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(path, options).ToList()).Message;
        Assert.StartsWith($"'{path}'{place}", message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        return message;
    }
}
