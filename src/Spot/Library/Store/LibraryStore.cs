using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Spot.Library;

/// <summary>A library's folder, what is known of it, and its index, kept together: changes come one at a time, in this process and among processes.</summary>
internal sealed class LibraryStore : IDisposable
{
    /// <summary>Up to this many records every file is looked at when a library is opened; beyond, its index is trusted while the folder's time stamp is that of the index.</summary>
    internal const int FewRecords = 1000;

    private readonly string? _expectedBackbone;

    // Held while the state or the index is changed; readers take the state as it is.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly int _fewRecords;
    private readonly IndexSync _sync;
    private readonly ILogger _logger;
    private readonly RunningCalls _calls;
    private readonly CurrentState _state;

    internal LibraryStore(LibraryFolder folder, string? backbone, int fewRecords, ILogger logger, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        Folder = folder;
        _expectedBackbone = backbone;
        _fewRecords = fewRecords;
        Keys = new LibraryIndex(folder);
        _logger = logger;
        _sync = new IndexSync(folder, Keys, Scan, logger);
        _calls = new RunningCalls(Release, () => new ObjectDisposedException(
            "Spot.Library." + nameof(PromptLibrary), $"The prompt library '{folder.Path}' was disposed of before this was asked. Dispose of it after the last call, or open it again."));
        try
        {
            _state = new CurrentState(folder.Path, ReadIndex() ?? Scan(progress, cancellationToken), logger);
        }
        catch
        {
            Keys.Dispose();
            throw;
        }
    }

    internal LibraryFolder Folder { get; }

    /// <summary>The index; for whoever holds the gate.</summary>
    internal LibraryIndex Keys { get; }

    internal LibraryState State => _state.Value;

    internal TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Begins a call of the library.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    internal RunningCalls.Call Begin() => _calls.Begin();

    /// <summary>Ends the library: what it holds is let go of when the last call that runs has ended.</summary>
    public void Dispose() => _calls.End();

    /// <summary>Replaces the state; a change that throws changes nothing.</summary>
    internal async Task<T> ChangeAsync<T>(Func<LibraryState, (LibraryState State, T Result)> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAsync(change, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Changes the folder, as the only writer among all processes.</summary>
    internal async Task<T> WriteAsync<T>(Func<LibraryState, (LibraryState State, T Result)> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            long before = Folder.Stamp();
            using WriteLock held = await WriteLock.AcquireAsync(Folder.LockPath, WriteTimeout, _logger, cancellationToken).ConfigureAwait(false);
            if (ImportJournal.Undo(Folder))
            {
                LibraryLog.Undone(_logger, Folder.Path);
                _state.Become(Scan(cancellationToken));
                Keys.Close();
            }
            else if (State.Backbone is null && File.Exists(Folder.PathOf(LibraryFolder.HeaderName)))
            {
                _state.Become(Scan(cancellationToken)); // others made the library what it is
            }
            else if (State.Stamp == before)
            {
                _state.Become(State with { Stamp = Folder.Stamp() }); // the lock's own folder may be new
            }

            if (Keys.IsPrivate)
            {
                Keys.Close(); // others must see what is written
                _state.Become(State with { View = null });
            }

            return await RunAsync(change, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Reads the folder again.</summary>
    internal Task RefreshAsync(CancellationToken cancellationToken) => ChangeAsync(
        _ =>
        {
            LibraryState state = Scan(cancellationToken);
            Keys.Close();
            Keys.IsUnproven = true; // a sidecar that was changed in place leaves the time stamp alone
            return (state with { View = _sync.TryView(state, _fewRecords) }, true);
        },
        cancellationToken);

    /// <summary>All records; a library that was opened by its index alone is read now.</summary>
    internal Task<LibraryState> ReadAllAsync(CancellationToken cancellationToken) =>
        State is { Entries: not null } known ? Task.FromResult(known) : ChangeAsync(
            state =>
            {
                LibraryState read = state.Entries is null ? Scan(cancellationToken) with { View = state.View } : state;
                return (read, read);
            },
            cancellationToken);

    /// <summary>Sees to it that the index is made again.</summary>
    internal Task StartAnewAsync(CancellationToken cancellationToken) => ChangeAsync(
        state =>
        {
            Keys.Distrust();
            return (state with { View = null }, true);
        },
        cancellationToken);

    internal LibraryState Scan(CancellationToken cancellationToken) => Scan(null, cancellationToken);

    private LibraryState Scan(IProgress<int>? progress, CancellationToken cancellationToken)
    {
        LibraryState state = LibraryScan.Run(Folder, progress, cancellationToken);
        CheckBackbone(state.Backbone);
        return state;
    }

    /// <summary>Brings the index to where the records are.</summary>
    /// <returns>The keys of all records.</returns>
    internal async Task<KeySnapshot> SyncAsync(CancellationToken cancellationToken)
    {
        KeySnapshot? view = await ChangeAsync(
            state =>
            {
                LibraryState after = state.View is null ? state with { View = _sync.TryView(state, _fewRecords) } : state;
                return (after, after.View);
            },
            cancellationToken).ConfigureAwait(false);
        if (view is not null)
        {
            return view;
        }

        try
        {
            return await WriteAsync(state => _sync.Run(state, isPrivate: false, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that may only be read, or that somebody writes all the time.
            return await ChangeAsync(state => _sync.Run(state, isPrivate: true, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The keys as they are now, if nobody is just changing them; else as they were.</summary>
    internal KeySnapshot? CurrentView()
    {
        if (!_gate.Wait(0))
        {
            return State.View;
        }

        try
        {
            if (State.View is not null)
            {
                (KeyIndex? index, bool isComplete) = Keys.Open(State.Backbone, State.View);
                _state.Become(State with { View = isComplete ? index!.View() : null });
            }

            return State.View;
        }
        catch (InvalidDataException)
        {
            Keys.Distrust();
            _state.Become(State with { View = null });
            return null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <exception cref="SpotException">The backbone or the width is another one.</exception>
    internal void CheckFits(LibraryState state, string backbone, int dim)
    {
        if ((state.Backbone ?? _expectedBackbone) is string expected)
        {
            BackboneValidator.Library(expected, backbone, Folder.Path);
        }

        if (state.Dim is int width && (state.Entries is not { IsEmpty: true }))
        {
            BackboneValidator.Width(width, dim, Folder.Path);
        }
    }

    private Task<T> RunAsync<T>(Func<LibraryState, (LibraryState State, T Result)> change, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            (LibraryState state, T result) = change(State);
            _state.Become(state);
            return result;
        },
        cancellationToken);

    private void Release()
    {
        _state.Become(State with { View = null });
        Keys.Dispose();
        _gate.Dispose();
    }

    /// <summary>The state of a large library without looking at its files; null where that would not do.</summary>
    private LibraryState? ReadIndex()
    {
        try
        {
            if (Folder.ReadJson(LibraryFolder.HeaderName, LibraryJson.Files.LibraryHeader) is { Format: LibraryFolder.Format } header
                && Keys.Open(header.Backbone, view: null) is (KeyIndex index, IsComplete: true)
                && index.LiveCount > _fewRecords
                && !File.Exists(Folder.JournalPath))
            {
                CheckBackbone(header.Backbone);
                return new LibraryState(
                    header.Backbone, index.Dim, Entries: null, ImmutableSortedDictionary.Create<string, LibraryProblem>(StringComparer.Ordinal), [], index.Stamp, index.View());
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Keys.Close(); // reading the folder will tell
        }

        return null;
    }

    private void CheckBackbone(string? found)
    {
        if (found is not null && (_expectedBackbone ?? _state?.Value.Backbone) is string expected)
        {
            BackboneValidator.Library(found, expected, Folder.Path);
        }
    }
}
