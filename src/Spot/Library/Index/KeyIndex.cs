using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Spot.Similarity;

namespace Spot.Library;

/// <summary>
/// The keys of a library's records in mapped files, for both similarities. A cache: it can always be made again of the records, and whatever is read of
/// it carries a hash. Records are appended; one that is replaced or removed leaves a dead row, and once those are the most, the live ones are copied.
/// </summary>
/// <remarks>Not safe for concurrent calls. Only the holder of the library's write lock may change it; snapshots are read by anybody.</remarks>
internal sealed class KeyIndex : IDisposable
{
    private const int FewTombstones = 1024;

    private readonly string _folder;
    private readonly SafeFileHandle _headFile;
    private readonly IndexFiles _files;
    private readonly Dictionary<string, int> _rows = new(StringComparer.OrdinalIgnoreCase); // the live rows up to _known
    private IndexHead _head;
    private KeySnapshot? _view; // the latest one made
    private bool _isCurrent; // whether it shows what is there now
    private ulong[] _tombstones = [];
    private int _known, _knownTombstones;

    private KeyIndex(string folder, SafeFileHandle headFile, IndexFiles files, IndexHead head)
    {
        _folder = folder;
        _headFile = headFile;
        _files = files;
        _head = head;
    }

    internal int LiveCount => _head.Count - _head.TombstoneCount;

    /// <inheritdoc cref="IndexHead.Stamp"/>
    internal long Stamp => _head.Stamp;

    internal int Dim => _head.Dim;

    /// <inheritdoc cref="IndexHead.IsIncomplete"/>
    internal bool IsIncomplete => _head.IsIncomplete != 0;

    private bool IsMostlyTombstones => _head.TombstoneCount > FewTombstones && _head.TombstoneCount > _head.Count / 2;

    /// <summary>Opens an index; takes the same time for any number of records.</summary>
    /// <returns>Null where there is none that can be used.</returns>
    internal static KeyIndex? TryOpen(string folder, string backbone)
    {
        SafeFileHandle? headFile = null;
        IndexFiles? files = null;
        try
        {
            headFile = IndexFile.OpenHandle(Path.Combine(folder, IndexFiles.HeadName));
            if (ReadHead(headFile) is IndexHead head && head.Backbone == IndexHead.HashOf(backbone) && head.Dim > 0)
            {
                files = IndexFiles.Open(folder, head.Generation);
                if (files.Hold(head))
                {
                    return new KeyIndex(folder, headFile, files, head);
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
    internal static KeyIndex Create(string folder, string backbone, int dim) =>
        Create(folder, new IndexHead { Backbone = IndexHead.HashOf(backbone), Dim = dim });

    /// <summary>Takes note of what other processes appended.</summary>
    /// <returns>False when the index was made again by another process, or is damaged: open it again.</returns>
    internal bool CatchUp()
    {
        if (ReadHead(_headFile) is not IndexHead head || head.Generation != _head.Generation || !_files.Hold(head))
        {
            return false;
        }

        if (head.Sequence != _head.Sequence)
        {
            _head = head;
            _isCurrent = false;
        }

        return true;
    }

    /// <summary>The id as the index has it, when case does not count; null where it has none.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal string? FindTaken(string id) => Rows().TryGetValue(id, out int row) ? RowAt(row).IdText : null;

    /// <summary>Whether a record is here as it is.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal bool Has(LibraryEntry entry) =>
        Rows().TryGetValue(entry.Info.Id, out int row)
        && RowAt(row) is var found
        && found.IdText == entry.Info.Id
        && found.IsOf(entry)
        && found.Step == (entry.Info.EmbeddingStep ?? IndexRow.NoStep);

    /// <summary>The ids of all live rows.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal IEnumerable<string> Ids => Rows().Keys;

    /// <summary>Adds a record, or replaces the one of the same id.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal void Append(LibraryEntry record, TaskEmbedding? embedding)
    {
        string id = record.Info.Id;
        Remove(id);
        int row = _head.Count;
        IndexRow entry = new(id, record.Sha256, embedding?.Step ?? IndexRow.NoStep);
        WriteInfo(IndexInfo.ToBytes(record), ref entry);
        for (int similarity = 0; similarity < _files.Codes.Count; similarity++)
        {
            double[] key = new double[_head.Dim];
            sbyte[] codes = new sbyte[KeyCodes.Padded(_head.Dim)];
            if (embedding is not null)
            {
                PromptKey.Write(embedding.Prompt, (PromptSimilarity)similarity, key);
            }

            KeyBound bound = KeyCodes.Write(key, codes, entry.Step);
            Write(similarity, row, MemoryMarshal.AsBytes<double>(key), MemoryMarshal.AsBytes<sbyte>(codes), bound, ref entry);
        }

        Seal(id, row, ref entry);
    }

    /// <summary>Removes a record if it is there.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal void Remove(string id)
    {
        if (Rows().Remove(id, out int row))
        {
            _files.Tombstones.Write((long)_head.TombstoneCount * sizeof(long), MemoryMarshal.AsBytes<uint>([(uint)row, TombstoneCheck(row, _head.TombstoneCount)]));
            _head.TombstoneCount++;
            _knownTombstones++;
            Hide(row);
        }
    }

    /// <summary>Tells all that the records were changed and the index was not.</summary>
    internal void MarkIncomplete()
    {
        _head.IsIncomplete = 1;
        WriteHead(LibraryState.NoStamp);
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
        ReadTombstones();
        if (_view is null || !_isCurrent)
        {
            _view = new KeySnapshot(_files, _head, _tombstones, _view);
            _isCurrent = true;
        }

        return _view;
    }

    public void Dispose()
    {
        _files.Dispose();
        _headFile.Dispose();
    }

    private static KeyIndex Create(string folder, IndexHead head)
    {
        head.Generation = DateTime.UtcNow.Ticks;
        IndexFiles files = IndexFiles.Create(folder, head.Generation);
        SafeFileHandle file = File.OpenHandle(
            Path.Combine(folder, IndexFiles.HeadName), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new KeyIndex(folder, file, files, head);
    }

    private static IndexHead? ReadHead(SafeFileHandle file)
    {
        byte[] bytes = new byte[IndexHead.Size];
        for (int attempt = 0; attempt < 3; attempt++) // one may be just being written
        {
            if (RandomAccess.Read(file, bytes, 0) == bytes.Length && MemoryMarshal.Read<IndexHead>(bytes) is var head && head.IsValid())
            {
                return head;
            }
        }

        return null;
    }

    private void Hide(int row)
    {
        if (row >> 6 >= _tombstones.Length)
        {
            Array.Resize(ref _tombstones, Math.Max(2 * _tombstones.Length, (row >> 6) + 1)); // views have copies
        }

        _tombstones[row >> 6] |= 1UL << row;
        _isCurrent = false;
    }

    private void WriteHead(long stamp)
    {
        _head.Stamp = stamp;
        _head.Sequence++;
        RandomAccess.Write(_headFile, _head.ToBytes(), 0);
    }

    private KeyIndex Copy()
    {
        KeySnapshot view = View();
        KeyIndex copy = Create(_folder, new IndexHead { Sequence = _head.Sequence, Backbone = _head.Backbone, Dim = _head.Dim });
        foreach ((string id, int row) in Rows().OrderBy(pair => pair.Value))
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
        _rows[id] = row;
        _head.Count = row + 1;
        _known = _head.Count;
        _isCurrent = false;
    }

    /// <summary>The live rows by id; built at the first use and kept up to date.</summary>
    private Dictionary<string, int> Rows()
    {
        ReadTombstones();
        if (_known < _head.Count)
        {
            KeySnapshot view = View();
            for (; _known < _head.Count; _known++)
            {
                if (!view.IsTombstone(_known))
                {
                    _rows[view.Row(_known).IdText] = _known;
                }
            }
        }

        return _rows;
    }

    private unsafe void ReadTombstones()
    {
        if (_knownTombstones == _head.TombstoneCount)
        {
            return;
        }

        IndexMap map = _files.Tombstones.Map((long)_head.TombstoneCount * sizeof(long));
        for (; _knownTombstones < _head.TombstoneCount; _knownTombstones++)
        {
            uint* pair = (uint*)map.Start + (2 * (long)_knownTombstones);
            int row = (int)pair[0];
            if (row < 0 || row >= _head.Count || pair[1] != TombstoneCheck(row, _knownTombstones))
            {
                throw new InvalidDataException("The list of removed rows of the library's index is damaged.");
            }

            if (row < _known)
            {
                Forget(row);
            }

            Hide(row);
        }

        GC.KeepAlive(map);
    }

    private void Forget(int row)
    {
        string id = RowAt(row).IdText;
        if (_rows.TryGetValue(id, out int known) && known == row)
        {
            _rows.Remove(id);
        }
    }

    private unsafe IndexRow RowAt(int row)
    {
        IndexMap map = _files.Rows.Map((long)_head.Count * IndexRow.Size);
        IndexRow found = ((IndexRow*)map.Start)[row];
        GC.KeepAlive(map);
        found.Check();
        return found;
    }

    private uint TombstoneCheck(int row, int position) =>
        (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes<int>([row, position]), _head.Generation);
}
