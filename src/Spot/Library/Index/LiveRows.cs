using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Spot.Library;

/// <summary>Which rows of an index are live, and of which ids: read at the first use and kept abreast of what is appended and removed, here and elsewhere.</summary>
/// <remarks>Not safe for concurrent calls.</remarks>
internal sealed class LiveRows(IndexFiles files, long generation)
{
    private readonly Dictionary<string, int> _byId = new(StringComparer.OrdinalIgnoreCase); // the live rows up to _known
    private ulong[] _tombstones = [];
    private int _known, _knownTombstones;

    /// <summary>The live rows by id.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal IReadOnlyDictionary<string, int> ById(in IndexHead head)
    {
        ReadTombstones(head);
        for (; _known < head.Count; _known++)
        {
            if (_known >> 6 >= _tombstones.Length || (_tombstones[_known >> 6] >> _known & 1) == 0)
            {
                _byId[At(_known, head).IdText] = _known;
            }
        }

        return _byId;
    }

    /// <summary>A bit for every row that was replaced or removed.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal ulong[] Tombstones(in IndexHead head)
    {
        ReadTombstones(head);
        return _tombstones;
    }

    /// <exception cref="InvalidDataException">The row is damaged.</exception>
    internal unsafe IndexRow At(int row, in IndexHead head)
    {
        IndexMap map = files.Rows.Map((long)head.Count * IndexRow.Size);
        IndexRow found = ((IndexRow*)map.Start)[row];
        GC.KeepAlive(map);
        found.Check();
        return found;
    }

    /// <summary>Takes note of a row behind all others.</summary>
    internal void Add(string id, int row)
    {
        _byId[id] = row;
        _known = row + 1;
    }

    /// <summary>Writes that a row is dead, if the id has one.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal void Remove(string id, ref IndexHead head)
    {
        if (ById(head).TryGetValue(id, out int row))
        {
            _byId.Remove(id);
            files.Tombstones.Write((long)head.TombstoneCount * sizeof(long), MemoryMarshal.AsBytes<uint>([(uint)row, CheckOf(row, head.TombstoneCount)]));
            head.TombstoneCount++;
            _knownTombstones++;
            Hide(row);
        }
    }

    private unsafe void ReadTombstones(in IndexHead head)
    {
        if (_knownTombstones == head.TombstoneCount)
        {
            return;
        }

        IndexMap map = files.Tombstones.Map((long)head.TombstoneCount * sizeof(long));
        for (; _knownTombstones < head.TombstoneCount; _knownTombstones++)
        {
            uint* pair = (uint*)map.Start + (2 * (long)_knownTombstones);
            int row = (int)pair[0];
            if (row < 0 || row >= head.Count || pair[1] != CheckOf(row, _knownTombstones))
            {
                throw new InvalidDataException("The list of removed rows of the library's index is damaged.");
            }

            if (row < _known && At(row, head).IdText is string id && _byId.TryGetValue(id, out int known) && known == row)
            {
                _byId.Remove(id);
            }

            Hide(row);
        }

        GC.KeepAlive(map);
    }

    private void Hide(int row)
    {
        if (row >> 6 >= _tombstones.Length)
        {
            Array.Resize(ref _tombstones, Math.Max(2 * _tombstones.Length, (row >> 6) + 1)); // snapshots have copies
        }

        _tombstones[row >> 6] |= 1UL << row;
    }

    private uint CheckOf(int row, int position) => (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes<int>([row, position]), generation);
}
