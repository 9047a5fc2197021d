using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Spot.Library;

/// <summary>
/// The keys of a library's records in mapped files, for every similarity. A cache: it can always be made again of the records, and whatever is read of
/// it carries a hash. Records are appended; one that is replaced or removed leaves a dead row, and once those are the most, the live ones are copied.
/// </summary>
/// <remarks>Not safe for concurrent calls. Only the holder of the library's write lock may change it; snapshots are read by anybody.</remarks>
internal sealed class KeyIndex : IDisposable
{
    private const int FewTombstones = 1024;

    private readonly string _folder;
    private readonly IndexMaps _maps;
    private readonly HeadFile _headFile;
    private readonly IndexFiles _files;
    private readonly LiveRows _rows;
    private IndexHead _head;
    private KeySnapshot? _view; // the latest one made
    private (int Rows, int Tombstones) _viewed; // what it shows: rows do not change, and neither do tombstones

    private KeyIndex(string folder, IndexMaps maps, HeadFile headFile, IndexFiles files, IndexHead head)
    {
        _folder = folder;
        _maps = maps;
        _headFile = headFile;
        _files = files;
        _head = head;
        _rows = new LiveRows(files, head.Generation);
    }

    /// <summary>Where its files are.</summary>
    internal string Folder => _folder;

    internal int LiveCount => _head.Count - _head.TombstoneCount;

    /// <inheritdoc cref="IndexHead.Stamp"/>
    internal long Stamp => _head.Stamp;

    internal int Dim => _head.Dim;

    /// <inheritdoc cref="IndexHead.IsIncomplete"/>
    internal bool IsIncomplete => _head.IsIncomplete != 0;

    private bool IsMostlyTombstones => _head.TombstoneCount > FewTombstones && _head.TombstoneCount > _head.Count / 2;

    /// <summary>Opens an index; takes the same time for any number of records.</summary>
    /// <returns>Null where there is none that can be used.</returns>
    internal static KeyIndex? TryOpen(string folder, string backbone, IndexMaps maps)
    {
        HeadFile? headFile = null;
        IndexFiles? files = null;
        try
        {
            headFile = HeadFile.Open(folder);
            if (headFile.Read() is IndexHead head && head.Backbone == IndexHead.HashOf(backbone) && head.Dim > 0)
            {
                files = IndexFiles.Open(folder, head.Generation, maps);
                if (files.Hold(head))
                {
                    return new KeyIndex(folder, maps, headFile, files, head);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then it is made again.
        }

        files?.Dispose();
        headFile?.Dispose();
        return null;
    }

    /// <summary>Makes an empty index in place of any other.</summary>
    internal static KeyIndex Create(string folder, string backbone, int dim, IndexMaps maps) =>
        Create(folder, maps, new IndexHead { Backbone = IndexHead.HashOf(backbone), Dim = dim });

    /// <summary>Takes note of what other processes appended.</summary>
    /// <returns>False when the index was made again by another process, or is damaged: open it again.</returns>
    internal bool CatchUp()
    {
        if (_headFile.Read() is not IndexHead head || head.Generation != _head.Generation || !_files.Hold(head))
        {
            return false;
        }

        if (head.Sequence != _head.Sequence)
        {
            _head = head;
        }

        return true;
    }

    /// <summary>The id as the index has it, when case does not count; null where it has none.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal string? FindTaken(string id) => _rows.ById(_head).TryGetValue(id, out int row) ? _rows.At(row, _head).IdText : null;

    /// <summary>Whether a record is here as it is.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal bool Has(LibraryEntry entry) =>
        _rows.ById(_head).TryGetValue(entry.Info.Id, out int row)
        && _rows.At(row, _head) is var found
        && found.IdText == entry.Info.Id
        && found.IsOf(entry)
        && found.Step == (entry.Info.EmbeddingStep ?? IndexRow.NoStep);

    /// <summary>Whether these records are here as they are, and no others.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal bool HasExactly(IReadOnlyDictionary<string, LibraryEntry> entries, int? dim) =>
        LiveCount == entries.Count && Dim == (dim ?? Dim) && entries.Values.All(Has);

    /// <summary>The ids of all live rows.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal IEnumerable<string> Ids => _rows.ById(_head).Keys;

    /// <summary>Adds a record, or replaces the one of the same id.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal void Append(LibraryEntry record, IndexKeys? keys)
    {
        string id = record.Info.Id;
        Remove(id);
        int row = _head.Count;
        IndexRow entry = new(id, record.Sha256, keys?.Step ?? IndexRow.NoStep);
        WriteInfo(IndexInfo.ToBytes(record), ref entry);
        sbyte[] codes = new sbyte[KeyCodes.Padded(_head.Dim)];
        double[] none = keys is null ? new double[_head.Dim] : [];
        for (int similarity = 0; similarity < _files.Codes.Count; similarity++)
        {
            ReadOnlySpan<double> key = keys is null ? none : keys.Key((PromptSimilarity)similarity);
            KeyBound bound = KeyCodes.Write(key, codes, keys?.Tag((PromptSimilarity)similarity) ?? IndexRow.NoStep);
            Write(similarity, row, MemoryMarshal.AsBytes(key), MemoryMarshal.AsBytes<sbyte>(codes), bound, ref entry);
        }

        Seal(id, row, ref entry);
    }

    /// <summary>Removes a record if it is there.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal void Remove(string id) => _rows.Remove(id, ref _head);

    /// <summary>Tells all that the records were changed and the index was not.</summary>
    internal void MarkIncomplete()
    {
        _head.IsIncomplete = 1;
        WriteHead(IndexHead.NoStamp);
    }

    /// <summary>Makes what was appended and removed valid for all; the index is then complete.</summary>
    /// <param name="stamp">See <see cref="IndexHead.Stamp"/>.</param>
    /// <returns>This index, or one with the live rows alone, if the dead ones had become the most; then this one is disposed of.</returns>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal KeyIndex Commit(long stamp)
    {
        KeyIndex index = IsMostlyTombstones ? Copy() : this;
        index._head.IsIncomplete = 0;
        index.WriteHead(stamp);
        if (index != this)
        {
            Dispose();
        }

        return index;
    }

    /// <summary>What is there now; later changes do not change it.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal KeySnapshot View()
    {
        ulong[] tombstones = _rows.Tombstones(_head);
        if (_view is null || _viewed != (_head.Count, _head.TombstoneCount))
        {
            _view = new KeySnapshot(_files, _head, tombstones, _view);
            _viewed = (_head.Count, _head.TombstoneCount);
        }

        return _view;
    }

    public void Dispose()
    {
        _files.Dispose();
        _headFile.Dispose();
    }

    private static KeyIndex Create(string folder, IndexMaps maps, IndexHead head)
    {
        head.Generation = DateTime.UtcNow.Ticks;
        IndexFiles files = IndexFiles.Create(folder, head.Generation, maps);
        try
        {
            return new KeyIndex(folder, maps, HeadFile.Create(folder), files, head);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private void WriteHead(long stamp)
    {
        _head.Stamp = stamp;
        _head.Sequence++;
        _headFile.Write(ref _head);
    }

    private KeyIndex Copy()
    {
        KeySnapshot view = View();
        KeyIndex copy = Create(_folder, _maps, new IndexHead { Sequence = _head.Sequence, Backbone = _head.Backbone, Dim = _head.Dim });
        foreach ((string id, int row) in _rows.ById(_head).OrderBy(pair => pair.Value))
        {
            IndexRow entry = view.Row(row);
            copy.WriteInfo(view.InfoBytes(row), ref entry);
            for (int similarity = 0; similarity < _files.Codes.Count; similarity++)
            {
                view.Check(similarity, row);
                copy.Write(similarity, copy._head.Count, view.KeyBytes(similarity, row), view.CodeBytes(similarity, row), view.Bound(similarity, row), ref entry);
            }

            copy.Seal(id, copy._head.Count, ref entry);
        }

        return copy;
    }

    private void Write(int similarity, int row, ReadOnlySpan<byte> key, ReadOnlySpan<byte> codes, KeyBound bound, ref IndexRow entry)
    {
        _files.Keys[similarity].Write((long)row * key.Length, key);
        _files.Codes[similarity].Write((long)row * codes.Length, codes);
        _files.Bounds[similarity].Write((long)row * IndexFiles.BoundSize, MemoryMarshal.AsBytes(new ReadOnlySpan<KeyBound>(ref bound)));
        entry.Keys[2 * similarity] = KeySnapshot.Hash(codes, bound);
        entry.Keys[(2 * similarity) + 1] = XxHash3.HashToUInt64(key);
    }

    private void WriteInfo(ReadOnlySpan<byte> info, ref IndexRow entry)
    {
        _files.Infos.Write(_head.InfoBytes, info);
        (entry.InfoStart, entry.InfoLength, entry.InfoHash) = (_head.InfoBytes, info.Length, IndexInfo.Hash(info));
        _head.InfoBytes += info.Length;
    }

    private void Seal(string id, int row, ref IndexRow entry)
    {
        entry.Seal();
        _files.Rows.Write((long)row * IndexRow.Size, MemoryMarshal.AsBytes(new ReadOnlySpan<IndexRow>(ref entry)));
        _head.Count = row + 1;
        _rows.Add(id, row);
    }
}
