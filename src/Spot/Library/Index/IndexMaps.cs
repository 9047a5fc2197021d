using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Spot.Library;

/// <summary>
/// The maps of an index's files. Snapshots share them and files outgrow them, so that while a library is used the collector undoes what nobody looks at;
/// once nobody looks at any of them all are undone at once.
/// </summary>
/// <remarks>Not safe for concurrent calls.</remarks>
internal sealed class IndexMaps : IDisposable
{
    private readonly List<WeakReference<IndexMap>> _made = [];

    /// <summary>Maps a whole file.</summary>
    internal IndexMap Map(SafeFileHandle handle)
    {
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        IndexMap map = new(file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read));
        _made.RemoveAll(made => !made.TryGetTarget(out _));
        _made.Add(new WeakReference<IndexMap>(map));
        return map;
    }

    /// <summary>Undoes all maps. Nobody may look at one any more.</summary>
    public void Dispose()
    {
        foreach (WeakReference<IndexMap> made in _made)
        {
            if (made.TryGetTarget(out IndexMap? map))
            {
                map.Dispose();
            }
        }

        _made.Clear();
    }
}
