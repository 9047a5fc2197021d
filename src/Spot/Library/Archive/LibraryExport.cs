namespace Spot.Library;

/// <summary>Writes all usable records into an archive.</summary>
internal static class LibraryExport
{
    /// <returns>How many it holds.</returns>
    /// <exception cref="SpotException">The library has no backbone yet.</exception>
    internal static async Task<int> RunAsync(LibraryStore store, string path, CancellationToken cancellationToken)
    {
        LibraryState state = await store.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        string backbone = state.Backbone ?? throw new SpotException($"Found nothing in the prompt library '{store.Folder.Path}', expected records to export. Add one first.");
        IEnumerable<RecordFiles> Records()
        {
            foreach (string id in state.Entries!.Keys.Order(StringComparer.Ordinal))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (LibraryFolder.Retry(() => store.Folder.ReadFiles(id)) is RecordFiles files) // else removed meanwhile
                {
                    yield return files;
                }
            }
        }

        return await Task.Run(() => ArchiveWriter.Write(path, backbone, Records()), cancellationToken).ConfigureAwait(false);
    }
}
