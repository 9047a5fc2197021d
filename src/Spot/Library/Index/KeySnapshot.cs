using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Spot.Library;

/// <summary>The index at one moment. Immutable; safe for concurrent calls.</summary>
internal sealed unsafe class KeySnapshot
{
    private readonly int _count, _dim, _padded;
    private readonly ulong[]? _tombstones;
    private readonly IndexMap _rows, _infos;
    private readonly IndexMap[] _codes, _bounds, _keys;
    private readonly Guard[] _guards;

    internal KeySnapshot(IndexFiles files, in IndexHead head, ulong[] dead, KeySnapshot? before)
    {
        int count = head.Count, dim = head.Dim;
        (_count, _dim) = (count, dim);
        _infos = files.Infos.Map(head.InfoBytes);
        _padded = KeyCodes.Padded(dim);
        _rows = files.Rows.Map((long)count * IndexRow.Size);
        _codes = [.. files.Codes.Select(file => file.Map((long)count * _padded))];
        _bounds = [.. files.Bounds.Select(file => file.Map((long)count * IndexFiles.BoundSize))];
        _keys = [.. files.Keys.Select(file => file.Map((long)count * dim * sizeof(double)))];
        if (dead.Length > 0)
        {
            _tombstones = new ulong[(count + 63) / 64];
            dead.AsSpan(0, Math.Min(dead.Length, _tombstones.Length)).CopyTo(_tombstones);
        }

        _guards = [.. Enumerable.Range(0, _codes.Length).Select(similarity => new Guard(this, similarity, before?._guards[similarity]))];
    }

    /// <summary>The number of rows, dead ones included.</summary>
    internal int Count => _count;

    /// <summary>The best rows for each query: what comparing all keys gives, equal scores in ordinal order of the ids.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal ScoredIndex[][] Search(IReadOnlyList<double[]> queries, int k, int tag, PromptSimilarity similarity, CancellationToken cancellationToken)
    {
        int i = (int)similarity;
        KeyTable table = new(_count, _dim, (sbyte*)_codes[i].Start, (KeyBound*)_bounds[i].Start, (double*)_keys[i].Start)
        {
            Tombstones = _tombstones,
            Ties = (x, y) => Id(x).SequenceCompareTo(Id(y)),
            Guard = _guards[i],
        };
        try
        {
            return table.Search(queries, k, tag, cancellationToken);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.OfType<InvalidDataException>().FirstOrDefault() is { } damage)
        {
            throw new InvalidDataException(damage.Message, exception);
        }
        finally
        {
            GC.KeepAlive(this);
        }
    }

    /// <summary>The steps of the live keys, in order.</summary>
    internal int[] Steps()
    {
        SortedSet<int> steps = [];
        for (int row = 0; row < _count; row++)
        {
            if (!IsTombstone(row))
            {
                steps.Add(Bound(0, row).Tag);
            }
        }

        steps.Remove(IndexRow.NoStep);
        return [.. steps];
    }

    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal IndexRow Row(int row)
    {
        IndexRow found = ((IndexRow*)_rows.Start)[row];
        GC.KeepAlive(this);
        found.Check();
        return found;
    }

    /// <summary>What the sidecar of a row's record said.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal PromptInfo Info(int row) => IndexInfo.Read(InfoBytes(row));

    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal ReadOnlySpan<byte> InfoBytes(int row)
    {
        IndexRow of = Row(row);
        if (of.InfoStart < 0 || of.InfoLength < 0 || of.InfoStart + of.InfoLength > _infos.Length)
        {
            throw Damage(row);
        }

        ReadOnlySpan<byte> bytes = new(_infos.Start + of.InfoStart, of.InfoLength);
        return IndexInfo.Hash(bytes) == of.InfoHash ? bytes : throw Damage(row);
    }

    /// <summary>The live rows by ordinal order of their ids.</summary>
    internal int[] RowsById()
    {
        int[] rows = [.. Enumerable.Range(0, _count).Where(row => !IsTombstone(row))];
        Array.Sort(rows, (x, y) => Id(x).SequenceCompareTo(Id(y)));
        GC.KeepAlive(this);
        return rows;
    }

    internal bool IsTombstone(int row) => _tombstones is not null && row >> 6 < _tombstones.Length && (_tombstones[row >> 6] >> row & 1) != 0;

    internal KeyBound Bound(int similarity, int row)
    {
        KeyBound bound = ((KeyBound*)_bounds[similarity].Start)[row];
        GC.KeepAlive(this);
        return bound;
    }

    internal ReadOnlySpan<byte> CodeBytes(int similarity, int row) => new(_codes[similarity].Start + ((long)row * _padded), _padded);

    internal ReadOnlySpan<byte> KeyBytes(int similarity, int row) => new(_keys[similarity].Start + ((long)row * _dim * sizeof(double)), _dim * sizeof(double));

    /// <summary>Whether a key is that of an embedding.</summary>
    internal bool IsKeyOf(int row, PromptSimilarity similarity, TaskEmbedding embedding)
    {
        double[] key = new double[_dim];
        IndexKey.Write(embedding, similarity, key);
        return Bound((int)similarity, row).Tag == IndexKey.Tag(embedding, similarity)
            && KeyBytes((int)similarity, row).SequenceEqual(MemoryMarshal.AsBytes<double>(key));
    }

    /// <exception cref="InvalidDataException">The key or its copy is not as it was written.</exception>
    internal void Check(int similarity, int row)
    {
        _guards[similarity].CheckCodes(row, row + 1);
        _guards[similarity].CheckKey(row);
    }

    /// <summary>The hash of a key's copy with its bound.</summary>
    internal static ulong Hash(ReadOnlySpan<byte> codes, KeyBound bound) =>
        XxHash3.HashToUInt64(codes, (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<KeyBound>(ref bound))));

    private ReadOnlySpan<byte> Id(int row) => ((IndexRow*)_rows.Start)[row].Id;

    /// <summary>Compares what is read with its hashes: a copy once, a key always, as only few are read.</summary>
    private sealed class Guard(KeySnapshot view, int similarity, Guard? before) : IKeyGuard
    {
        // How many rows of each block have been checked; a race only checks some twice.
        private readonly int[] _checked = Copy(before?._checked, (view._count + KeyTable.RowsPerTask - 1) / KeyTable.RowsPerTask);

        public void CheckCodes(int first, int end)
        {
            int block = first / KeyTable.RowsPerTask, start = block * KeyTable.RowsPerTask;
            bool isScan = first == start;
            for (int row = isScan ? first + _checked[block] : first; row < end; row++)
            {
                if (view.Stored(row)[2 * similarity] != Hash(view.CodeBytes(similarity, row), view.Bound(similarity, row)))
                {
                    throw Damage(row);
                }
            }

            if (isScan)
            {
                _checked[block] = Math.Max(_checked[block], end - start);
            }
        }

        public void CheckKey(int row)
        {
            if (view.Stored(row)[(2 * similarity) + 1] != XxHash3.HashToUInt64(view.KeyBytes(similarity, row)))
            {
                throw Damage(row);
            }
        }

        private static int[] Copy(int[]? before, int length)
        {
            int[] copy = new int[length];
            before?.AsSpan(0, Math.Min(before.Length, length)).CopyTo(copy);
            return copy;
        }
    }

    private static InvalidDataException Damage(int row) => new($"Row {row} of the library's index is damaged.");

    private IndexRow.Hashes Stored(int row) => ((IndexRow*)_rows.Start)[row].Keys;
}
