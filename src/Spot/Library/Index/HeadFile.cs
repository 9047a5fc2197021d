using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Spot.Library;

/// <summary>The file that says how much of an index is valid.</summary>
internal sealed class HeadFile : IDisposable
{
    private const string Name = "head";

    private readonly SafeFileHandle _handle;

    private HeadFile(SafeFileHandle handle) => _handle = handle;

    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    internal static HeadFile Open(string folder) => new(IndexFile.OpenHandle(Path.Combine(folder, Name)));

    internal static HeadFile Create(string folder) => new(File.OpenHandle(
        Path.Combine(folder, Name), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>What the file says; null where it is damaged.</summary>
    internal IndexHead? Read()
    {
        byte[] bytes = new byte[IndexHead.Size];
        for (int attempt = 0; attempt < 3; attempt++) // one may be just being written
        {
            if (RandomAccess.Read(_handle, bytes, 0) == bytes.Length && MemoryMarshal.Read<IndexHead>(bytes) is var head && head.IsValid())
            {
                return head;
            }
        }

        return null;
    }

    internal void Write(ref IndexHead head) => RandomAccess.Write(_handle, head.ToBytes(), 0);

    public void Dispose() => _handle.Dispose();
}
