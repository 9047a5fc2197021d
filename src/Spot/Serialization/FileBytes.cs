using Microsoft.Win32.SafeHandles;

namespace Spot.Serialization;

/// <summary>Reads pieces of a file.</summary>
internal sealed class FileBytes(string path) : IDisposable
{
    private readonly SafeFileHandle _handle = Open(path);

    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Opens a regular file. A pipe or a device has no length and would keep its reader waiting, so it is not opened at all.</summary>
    /// <exception cref="InvalidDataException">It is empty, or no regular file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static SafeFileHandle Open(string path)
    {
        return new FileInfo(Links.Resolve(path)) is { Exists: true, Length: 0 }
            ? throw new InvalidDataException($"'{path}': found an empty file, a pipe or a device, expected a file with content. Fetch or write it again.")
            : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
    }

    /// <summary>Reads a small file whole.</summary>
    /// <exception cref="InvalidDataException">It is empty, no regular file, or larger than <paramref name="most"/> bytes.</exception>
    public static byte[] ReadAll(string path, int most)
    {
        using FileBytes file = new(path);
        byte[] bytes = file.Length <= most ? new byte[file.Length] : throw new InvalidDataException($"'{path}': found {file.Length} bytes, expected at most {most}.");
        file.Read(0, bytes);
        return bytes;
    }

    /// <exception cref="FormatException">The file is not that long.</exception>
    public byte[] Read(long offset, int count)
    {
        if (offset < 0 || count < 0 || offset > Length - count)
        {
            throw new FormatException($"found the file's end, expected {count} bytes at {offset}");
        }

        byte[] bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    /// <exception cref="InvalidDataException">The file has shrunk.</exception>
    public void Read(long offset, Span<byte> destination) => Read(_handle, destination, offset, ToString());

    /// <summary>Fills a destination from an open file.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="destination">Filled completely.</param>
    /// <param name="offset">The first byte to read.</param>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="InvalidDataException">The file has shrunk.</exception>
    public static void Read(SafeFileHandle handle, Span<byte> destination, long offset, string source)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
            {
                throw new InvalidDataException($"{source}: found the end of the file at byte {offset}; it has shrunk while it was read. Read it again.");
            }

            destination = destination[read..];
            offset += read;
        }
    }

    /// <summary>What messages call the file.</summary>
    public override string ToString() => $"'{path}'";

    public void Dispose() => _handle.Dispose();
}
