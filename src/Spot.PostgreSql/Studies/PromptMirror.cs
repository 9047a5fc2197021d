using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>A library on this machine with those prompts of a study that were asked for: what a folder has, searched as a folder is.</summary>
internal sealed class PromptMirror(StudyTable table, string kind, string folder, string? backbone) : IDisposable
{
    private readonly PromptLibrary _library = PromptLibrary.Open(folder, backbone);
    private readonly HashSet<string> _here = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>The library with at least those of some prompts that are there. One that was read is not read again: done again it would be the same.</summary>
    internal async Task<IPromptLibrary> OpenAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string[] wanted = [.. ids.Except(_here)];
            if (wanted.Length > 0)
            {
                foreach ((string unit, string id) in await table.FindPromptsAsync(kind, wanted, cancellationToken).ConfigureAwait(false))
                {
                    if (await table.ReadPromptAsync(unit, id, cancellationToken).ConfigureAwait(false) is { } record)
                    {
                        await _library.AddAsync(record, replace: true, cancellationToken).ConfigureAwait(false);
                        _here.Add(id);
                    }
                }
            }

            return _library;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _library.Dispose();
        _one.Dispose();
    }
}
