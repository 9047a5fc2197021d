using System.IO.MemoryMappedFiles;

namespace Spot.Library;

/// <summary>A mapped file. Whoever uses its address keeps the object alive: the handle's finaliser unmaps it, if <see cref="IndexMaps"/> has not.</summary>
internal sealed unsafe class IndexMap : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;

    internal IndexMap(MemoryMappedViewAccessor view)
    {
        _view = view;
        Start = (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset;
    }

    internal byte* Start { get; }

    internal long Length => _view.Capacity;

    public void Dispose() => _view.Dispose();
}
