using System.Collections.Concurrent;

namespace Spot.Inference;

/// <summary>
/// Prompts by their content, and which content each id of the library has. Every request asks the library for the version of its prompt, so that one that
/// was replaced is read again. Safe for concurrent calls.
/// </summary>
/// <param name="library">Gives the library, or null for none; asked when an id is.</param>
/// <param name="budget">The most bytes of prompts.</param>
/// <param name="check">Throws where a prompt belongs to another backbone.</param>
internal sealed class PromptCache(Func<IPromptLibrary?> library, long budget, Action<SoftPrompt> check) : IDisposable
{
    private const int MostIds = 100_000;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<(string Id, string Version), Lazy<Task<Read>>> _reading = new();
    private readonly ByteBudgetCache<string, Entry> _byId = new(MostIds, _ => 1, _ => { });
    private readonly ByteBudgetCache<string, Shared<DevicePrompt>> _byContent = new(budget, rows => rows.Value.Bytes, rows => rows.LetGo());

    /// <summary>The prompt of a request, which the caller lets go of; null for the bare model.</summary>
    /// <exception cref="KeyNotFoundException">The library has no such prompt.</exception>
    /// <exception cref="SpotException">The prompt belongs to another backbone, or there is no library.</exception>
    public async Task<(Shared<DevicePrompt>? Rows, PromptInfo? Info)> GetAsync(PromptRequest request, CancellationToken cancellationToken)
    {
        if (request.Prompt is { } prompt)
        {
            check(prompt);
            return (Hold(prompt, DevicePrompt.Hash(prompt), asked: true), null);
        }

        return request.PromptId is { } id ? await GetAsync(id, cancellationToken).ConfigureAwait(false) : (null, null);
    }

    public async Task<(Shared<DevicePrompt>? Rows, PromptInfo? Info)> GetAsync(string id, CancellationToken cancellationToken)
    {
        IPromptLibrary from = library() ?? throw new SpotException(
            $"Found the prompt id '{id}', but inference was made without a prompt library. Give it one, or the prompt itself.");
        string version = await from.GetVersionAsync(id, cancellationToken).ConfigureAwait(false) ?? throw Unknown(id);
        lock (_lock)
        {
            if (_byId.TryGet(id, out Entry? entry) && entry.Version == version && _byContent.TryGet(entry.Key, out Shared<DevicePrompt>? kept))
            {
                InferenceTelemetry.Asked("prompt", hits: 1, misses: 0);
                return (kept.Hold(), entry.Info);
            }
        }

        InferenceTelemetry.Asked("prompt", hits: 0, misses: 1);

        Lazy<Task<Read>> reading = _reading.GetOrAdd((id, version), _ => new Lazy<Task<Read>>(() => ReadAsync(from, id)));
        Read read;
        try
        {
            read = await reading.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (reading.Value.IsCompleted)
            {
                _reading.TryRemove(new((id, version), reading));
            }
        }

        lock (_lock)
        {
            _byId.Add(id, new Entry(version, read.Info, read.Key));
            return (Hold(read.Prompt, read.Key, asked: false), read.Info);
        }
    }

    /// <summary>Forgets an id and its content.</summary>
    public void Invalidate(string id)
    {
        lock (_lock)
        {
            if (_byId.TryGet(id, out Entry? entry))
            {
                _byId.Remove(id);
                _byContent.Remove(entry.Key);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _byContent.Clear();
        }
    }

    // What another request brought is taken, so that equal prompts have one tensor.
    private Shared<DevicePrompt> Hold(SoftPrompt prompt, string key, bool asked)
    {
        lock (_lock)
        {
            bool found = _byContent.TryGet(key, out Shared<DevicePrompt>? kept);
            if (asked)
            {
                InferenceTelemetry.Asked("prompt", found ? 1 : 0, found ? 0 : 1);
            }

            if (kept is not null)
            {
                return kept.Hold();
            }

            Shared<DevicePrompt> rows = new(new DevicePrompt(prompt, key));
            _byContent.Add(key, rows.Hold());
            return rows;
        }
    }

    private async Task<Read> ReadAsync(IPromptLibrary from, string id)
    {
        PromptRecord record = await from.GetAsync(id, CancellationToken.None).ConfigureAwait(false) ?? throw Unknown(id);
        check(record.Prompt);
        return new Read(record.Info, record.Prompt, DevicePrompt.Hash(record.Prompt));
    }

    private static KeyNotFoundException Unknown(string id) => new(
        $"Found no prompt '{id}' in the library, expected the id of one that it holds. Ids are told apart by case; IPromptLibrary.ListAsync lists them.");

    private sealed record Entry(string Version, PromptInfo Info, string Key);

    private sealed record Read(PromptInfo Info, SoftPrompt Prompt, string Key);
}
