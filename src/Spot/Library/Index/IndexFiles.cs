namespace Spot.Library;

/// <summary>The files of one index: rows, what is known of their records and, for each similarity, codes, their bounds and the keys themselves, all in the order of appending.</summary>
internal sealed class IndexFiles : IDisposable
{
    private readonly IndexFile[] _all;

    private IndexFiles(Func<string, IndexFile> open, long generation)
    {
        List<IndexFile> all = [];
        IndexFile Add(string name)
        {
            all.Add(open($"{name}.{generation}"));
            return all[^1];
        }

        try
        {
            Rows = Add("rows");
            Infos = Add("infos");
            Tombstones = Add("dead");
            foreach (string similarity in (string[])["average", "token", "average.displacement", "token.displacement"])
            {
                Codes.Add(Add(similarity + ".codes"));
                Bounds.Add(Add(similarity + ".bounds"));
                Keys.Add(Add(similarity + ".keys"));
            }
        }
        catch
        {
            all.ForEach(file => file.Dispose());
            throw;
        }

        _all = [.. all];
    }

    internal IndexFile Rows { get; }

    /// <summary>One description behind the other, as long as each is.</summary>
    internal IndexFile Infos { get; }

    internal IndexFile Tombstones { get; }

    /// <summary>By similarity.</summary>
    internal List<IndexFile> Codes { get; } = [];

    internal List<IndexFile> Bounds { get; } = [];

    internal List<IndexFile> Keys { get; } = [];

    internal static unsafe int BoundSize => sizeof(KeyBound);

    /// <summary>Makes empty files; those of earlier generations are removed where nobody holds them.</summary>
    internal static IndexFiles Create(string folder, long generation, IndexMaps maps)
    {
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.EnumerateFiles(folder))
        {
            try
            {
                File.Delete(old);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // In use by a reader; the next index tries again.
            }
        }

        return new IndexFiles(name => IndexFile.Create(Path.Combine(folder, name), maps), generation);
    }

    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    internal static IndexFiles Open(string folder, long generation, IndexMaps maps) => new(name => IndexFile.Open(Path.Combine(folder, name), maps), generation);

    /// <summary>Whether the files are long enough for so many rows.</summary>
    internal bool Hold(in IndexHead head) => Hold(head.Count, head.TombstoneCount, head.InfoBytes, head.Dim);

    private bool Hold(int count, int dead, long infos, int dim) =>
        Rows.Length >= (long)count * IndexRow.Size
        && Infos.Length >= infos
        && Tombstones.Length >= (long)dead * sizeof(long)
        && Codes.TrueForAll(file => file.Length >= (long)count * KeyCodes.Padded(dim))
        && Bounds.TrueForAll(file => file.Length >= (long)count * BoundSize)
        && Keys.TrueForAll(file => file.Length >= (long)count * dim * sizeof(double));

    public void Dispose() => Array.ForEach(_all, file => file.Dispose());
}
