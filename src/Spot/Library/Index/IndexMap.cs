using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;

namespace Spot.Library;

/// <summary>A mapped file. Whoever uses its address keeps the object alive; the handle's finaliser unmaps it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Snapshots share maps: only the collector knows when the last one is gone.")]
internal sealed unsafe class IndexMap
{
    private readonly MemoryMappedViewAccessor _view;

    internal IndexMap(MemoryMappedViewAccessor view)
    {
        _view = view;
        Start = (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset;
    }

    internal byte* Start { get; }

    internal long Length => _view.Capacity;
}
