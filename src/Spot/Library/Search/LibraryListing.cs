using System.Runtime.CompilerServices;

namespace Spot.Library;

/// <summary>
/// Lists a library by ordinal order of the ids: what was read of its folder or, where the library was opened by its index alone, one description after
/// the other from there, of which none is kept.
/// </summary>
internal sealed class LibraryListing(LibraryStore store)
{
    internal async IAsyncEnumerable<PromptInfo> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using RunningCalls.Call call = store.Begin();
        cancellationToken.ThrowIfCancellationRequested();
        string? last = null;
        if (store.State.Entries is null && store.CurrentView() is KeySnapshot view)
        {
            bool isDamaged = false;
            foreach (int row in await Task.Run(view.RowsById, cancellationToken).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Info(view, row) is not PromptInfo info)
                {
                    isDamaged = true;
                    break;
                }

                last = info.Id;
                yield return info;
            }

            if (!isDamaged)
            {
                yield break;
            }

            await store.StartAnewAsync(cancellationToken).ConfigureAwait(false);
        }

        LibraryState state = await store.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        foreach (string id in state.Entries!.Keys.Where(id => last is null || string.CompareOrdinal(id, last) > 0).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return state.Entries[id].Info;
        }
    }

    // Null where the index is damaged: the folder has to be read.
    private static PromptInfo? Info(KeySnapshot view, int row)
    {
        try
        {
            return view.Info(row);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
