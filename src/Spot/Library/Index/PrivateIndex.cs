namespace Spot.Library;

/// <summary>Indexes for one process alone: in a temporary folder whose name is removed at once where open files need none, so that nothing is left however the process ends.</summary>
internal static class PrivateIndex
{
    internal static KeyIndex Create(string backbone, int dim, IndexMaps maps)
    {
        KeyIndex index = KeyIndex.Create(Directory.CreateTempSubdirectory("spot-index-").FullName, backbone, dim, maps);
        Forget(index);
        return index;
    }

    /// <summary>Makes the changes of an index valid, as <see cref="KeyIndex.Commit"/> does.</summary>
    internal static KeyIndex Commit(KeyIndex index)
    {
        KeyIndex committed = index.Commit(IndexHead.NoStamp);
        if (committed != index)
        {
            Forget(committed);
        }

        return committed;
    }

    private static void Forget(KeyIndex index)
    {
        try
        {
            Directory.Delete(index.Folder, recursive: true); // on Unix open files need no name
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left to the system's own cleaning.
        }
    }
}
