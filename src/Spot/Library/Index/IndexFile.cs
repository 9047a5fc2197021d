using Microsoft.Win32.SafeHandles;

namespace Spot.Library;

/// <summary>A file of the index: written behind its end, mapped for reading. It grows in steps, so that maps serve for a while.</summary>
internal sealed class IndexFile : IDisposable
{
    private const long Step = 1 << 16;

    private readonly SafeFileHandle _handle;
    private readonly IndexMaps _maps;
    private IndexMap? _map;

    private IndexFile(SafeFileHandle handle, IndexMaps maps) => (_handle, _maps) = (handle, maps);

    internal long Length => RandomAccess.GetLength(_handle);

    internal static IndexFile Create(string path, IndexMaps maps)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(handle, Step);
        return new IndexFile(handle, maps);
    }

    internal static IndexFile Open(string path, IndexMaps maps) => new(OpenHandle(path), maps);

    /// <summary>Opens a file of the index; for reading alone where writing is not allowed.</summary>
    internal static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException || (exception is IOException and not (FileNotFoundException or DirectoryNotFoundException)))
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
    }

    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        long end = offset + bytes.Length, length = Length;
        if (end > length)
        {
            RandomAccess.SetLength(_handle, (Math.Max(end, length + (length / 4)) + Step - 1) / Step * Step);
        }

        RandomAccess.Write(_handle, bytes, offset);
    }

    /// <summary>A map of at least the first bytes, which the file must have.</summary>
    internal IndexMap Map(long length)
    {
        if (_map is null || _map.Length < length)
        {
            _map = _maps.Map(_handle);
        }

        return _map;
    }

    public void Dispose() => _handle.Dispose(); // maps live as long as somebody looks at them, see IndexMaps
}
