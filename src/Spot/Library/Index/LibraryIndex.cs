namespace Spot.Library;

/// <summary>A library's index in the hands of this process: opened when it is needed, caught up with, closed when it will not do, made for this process alone where the folder is not to be written.</summary>
/// <remarks>Not safe for concurrent calls. Knows nothing of the records: whoever does brings it to where they are.</remarks>
internal sealed class LibraryIndex(LibraryFolder folder) : IDisposable
{
    private readonly IndexMaps _maps = new();
    private KeyIndex? _index;
    private long? _privateSince; // the folder's time stamp when the index was made, if it is this process's own

    /// <summary>Whether what was made is for this process alone, so that others do not append to it.</summary>
    internal bool IsPrivate => _privateSince is not null;

    /// <summary>Whether the index on disk turned out to be damaged.</summary>
    internal bool IsDistrusted { get; private set; }

    /// <summary>Whether it may differ from what was read of the folder, whatever its time stamp says.</summary>
    internal bool IsUnproven { get; set; }

    /// <summary>The index with what other processes have appended meanwhile, if there is one, and whether it holds all records.</summary>
    /// <param name="backbone">The library's backbone; null while it has none.</param>
    /// <param name="view">The keys as they were when the index was last known to hold all records; null where that is not known.</param>
    internal (KeyIndex? Index, bool IsComplete) Open(string? backbone, KeySnapshot? view)
    {
        bool isComplete = _index is not null && view is not null;
        if (_index?.CatchUp() == false || (_privateSince is long since && since != folder.Stamp()))
        {
            Close();
            isComplete = false;
        }

        if (_index is null && !IsDistrusted && backbone is not null)
        {
            _index = KeyIndex.TryOpen(folder.IndexPath, backbone, _maps);
        }

        return (_index, _index is { IsIncomplete: false } && (isComplete || (!IsUnproven && _index.Stamp == folder.Stamp())));
    }

    /// <summary>Makes an empty index, which is not yet the present one: see <see cref="Use"/>.</summary>
    /// <param name="backbone">The library's backbone; null while it has none.</param>
    /// <param name="dim">The width of its records; null while there are none.</param>
    /// <param name="isPrivate">Whether for this process alone.</param>
    internal KeyIndex Create(string? backbone, int? dim, bool isPrivate) => isPrivate
        ? PrivateIndex.Create(backbone ?? "", dim ?? 1, _maps)
        : KeyIndex.Create(folder.IndexPath, backbone ?? "", dim ?? 1, _maps);

    /// <summary>Takes another index in place of the present one.</summary>
    /// <param name="index">The index.</param>
    /// <param name="privateSince">The folder's time stamp, if the index is this process's own and others do not append to it.</param>
    internal void Use(KeyIndex index, long? privateSince = null)
    {
        if (_index != index)
        {
            Close();
            _index = index;
        }

        _privateSince = privateSince;
        IsDistrusted = IsUnproven = false;
    }

    /// <summary>Sees to it that the index is made again.</summary>
    internal void Distrust()
    {
        Close();
        IsDistrusted = true;
    }

    /// <summary>Forgets the index: it is damaged, or to be opened again.</summary>
    internal void Close()
    {
        _index?.Dispose();
        _index = null;
        _privateSince = null;
    }

    /// <summary>Lets go of all files and of all maps of them. Nobody may look at a snapshot any more.</summary>
    public void Dispose()
    {
        Close();
        _maps.Dispose();
    }
}
