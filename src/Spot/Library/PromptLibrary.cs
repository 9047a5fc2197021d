using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Spot.Numerics;

namespace Spot.Library;

/// <summary>A prompt library in a folder: per record a safetensors file with the numbers and a JSON file with the rest.</summary>
/// <remarks>
/// <para>A record is written so that a crash at any moment leaves the old one or the new one, never half of one; its numbers are
/// checked against their SHA-256 whenever they are read. The first record fixes the library's backbone for good, also when all
/// records are removed again.</para>
/// <para>Search is exact: similarities are accumulated in double, equal ones ordered by id. The first search at a step reads all its
/// embeddings; the keys stay in memory (8 bytes × width per record and similarity).</para>
/// <para>Safe for concurrent calls; searches run on a snapshot. What other processes add or remove is seen after
/// <see cref="RefreshAsync"/>, and an id that another process has taken meanwhile is not overwritten unless asked for. Files that
/// end in <c>.tmp</c> or begin with a dot are ignored.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim without a wait handle holds nothing to be disposed of.")]
public sealed class PromptLibrary : IPromptLibrary
{
    private readonly LibraryFolder _folder;
    private readonly string? _expectedBackbone;

    // Held while the state is replaced or keys are computed; readers take the state as it is.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<(int Step, PromptSimilarity Similarity), KeyMatrix> _keys = new();
    private volatile LibraryState _state;

    private PromptLibrary(LibraryFolder folder, string? backbone)
    {
        _folder = folder;
        _expectedBackbone = backbone;
        _state = Scan(CancellationToken.None);
    }

    /// <summary>The library's folder, as a full path.</summary>
    public string Folder => _folder.Path;

    /// <inheritdoc/>
    public string? Backbone => _state.Backbone;

    /// <summary>Files that cannot be used or do not belong here, as of the last reading; the rest of the library is usable.</summary>
    public IReadOnlyList<LibraryProblem> Problems
    {
        get
        {
            LibraryState state = _state;
            return [.. state.Damaged.Values, .. state.Others];
        }
    }

    /// <summary>Opens a library. Nothing is written: a folder that does not exist is an empty library and is made by the first record.</summary>
    /// <param name="folder">The folder; one library to a folder.</param>
    /// <param name="backbone">The fingerprint of the backbone that the library must belong to; null for any.</param>
    /// <returns>The library.</returns>
    /// <exception cref="IOException">The path is a file, or the folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="SpotException">The library belongs to another backbone, or was written by a newer version.</exception>
    public static PromptLibrary Open(string folder, string? backbone = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new PromptLibrary(new LibraryFolder(folder), backbone);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public Task AddAsync(PromptRecord record, bool replace = false, CancellationToken cancellationToken = default)
    {
        RecordCheck.Check(record);
        return ChangeAsync(
            state =>
            {
                CheckFits(state, record.Info.Backbone, record.Info.Dim);
                CheckFree(state, record.Info.Id, replace);
                LibraryEntry entry = _folder.Write(record, replace, cancellationToken) ?? throw Taken(record.Info.Id, record.Info.Id);
                return (state.With(entry), true);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        try
        {
            return await Task.Run(() => Read(id), cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            // Another process may have replaced or removed the record since the folder was read.
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            return await Task.Run(() => Read(id), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PromptInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<IReadOnlyList<PromptInfo>>(cancellationToken)
            : Task.FromResult<IReadOnlyList<PromptInfo>>([.. _state.Entries.Values.Select(entry => entry.Info)]);

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return ChangeAsync(
            state => state.Entries.ContainsKey(id) || state.Damaged.ContainsKey(id)
                ? (state.Without(id), _folder.Remove(id))
                : (state, false),
            cancellationToken);
    }

    /// <summary>Reads the folder again, so that what other processes changed is seen.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A task that ends when the folder is read.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="SpotException">The library belongs to another backbone than before, or was written by a newer version.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(_ => (Scan(cancellationToken), true), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PromptMatch>> SearchAsync(
        TaskEmbedding query,
        int k,
        PromptSimilarity similarity = PromptSimilarity.AverageToken,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        double[] key = new double[query.Prompt.Dim];
        PromptKey.Write(query.Prompt, similarity, key);
        LibraryState state = _state;
        CheckFits(state, query.Prompt.Backbone, query.Prompt.Dim);
        if (!_keys.TryGetValue((query.Step, similarity), out KeyMatrix? keys) || keys.Source != state.Entries)
        {
            KeyMatrix? built = null;
            await ChangeAsync(
                before =>
                {
                    (LibraryState after, built) = BuildKeys(before, query, similarity, cancellationToken);
                    return (after, true);
                },
                cancellationToken).ConfigureAwait(false);
            keys = built!;
        }

        return await Task.Run(() => keys.Search(key, k, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private PromptRecord? Read(string id)
    {
        LibraryState state = _state;
        return state.Damaged.TryGetValue(id, out LibraryProblem? problem) ? throw new InvalidDataException(problem.Message)
            : state.Entries.TryGetValue(id, out LibraryEntry? entry) ? _folder.ReadRecord(entry)
            : null;
    }

    /// <summary>Replaces the state, one change at a time; a change that throws changes nothing.</summary>
    private async Task<T> ChangeAsync<T>(Func<LibraryState, (LibraryState State, T Result)> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(
                () =>
                {
                    (LibraryState state, T result) = change(_state);
                    _state = state;
                    return result;
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private LibraryState Scan(CancellationToken cancellationToken)
    {
        LibraryState state = LibraryScan.Run(_folder, cancellationToken);
        if ((_expectedBackbone ?? _state?.Backbone) is string expected && state.Backbone is string found)
        {
            BackboneCheck.Library(found, expected, Folder);
        }

        return state;
    }

    private void CheckFits(LibraryState state, string backbone, int dim)
    {
        if ((state.Backbone ?? _expectedBackbone) is string expected)
        {
            BackboneCheck.Library(expected, backbone, Folder);
        }

        if (!state.Entries.IsEmpty)
        {
            BackboneCheck.Width(state.Entries.First().Value.Info.Dim, dim, Folder);
        }
    }

    private void CheckFree(LibraryState state, string id, bool replace)
    {
        if (state.FindTaken(id) is string taken && (!replace || taken != id))
        {
            throw Taken(id, taken);
        }
    }

    private SpotException Taken(string id, string taken) => new(
        $"Found the id '{taken}' already in the prompt library '{Folder}', expected a new one for '{id}' (ids are unique without regard " +
        "to case). Choose another id, or replace the record of exactly that id.");

    /// <summary>The keys at the query's step; records that turn out to be damaged are set aside and the rest is used.</summary>
    private (LibraryState State, KeyMatrix Keys) BuildKeys(
        LibraryState state, TaskEmbedding query, PromptSimilarity similarity, CancellationToken cancellationToken)
    {
        while (true)
        {
            CheckStep(state, query.Step);
            List<(LibraryEntry Entry, string Message)> damaged = [];
            KeyMatrix keys = KeyMatrix.Build(
                state.Entries,
                query.Step,
                similarity,
                _keys.GetValueOrDefault((query.Step, similarity)),
                _folder.ReadEmbedding,
                (entry, exception) => damaged.Add((entry, exception.Message)),
                cancellationToken);
            if (damaged.Count == 0)
            {
                _keys[(query.Step, similarity)] = keys;
                return (state, keys);
            }

            // Perhaps another process has replaced them; what is unchanged and still unreadable is damaged.
            state = Scan(cancellationToken);
            foreach ((LibraryEntry entry, string message) in damaged)
            {
                if (state.Entries.GetValueOrDefault(entry.Info.Id)?.Sha256 == entry.Sha256)
                {
                    state = state.WithDamage(entry.Info.Id, new LibraryProblem(_folder.PathOf(entry.Payload), message));
                }
            }
        }
    }

    private void CheckStep(LibraryState state, int step)
    {
        int[] steps = [.. state.Entries.Values.Select(entry => entry.Info.EmbeddingStep).OfType<int>().Distinct().Order()];
        if (steps.Length > 0 && !steps.Contains(step))
        {
            throw new SpotException(
                $"Found a query taken at step {step}, expected one of the steps of the keys in the prompt library '{Folder}': " +
                $"{string.Join(", ", steps)}. Embeddings are comparable only at the same step: embed the task with that EmbeddingStep.");
        }
    }
}
