using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Spot.Library;

/// <summary>A library's folder, what is known of it, and its index, kept together: changes come one at a time, in this process and among processes.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim without a wait handle holds nothing to be disposed of; the index's handles are the collector's.")]
internal sealed class LibraryStore
{
    /// <summary>Up to this many records every file is looked at when a library is opened; beyond, its index is trusted while the folder's time stamp is that of the index.</summary>
    internal const int FewRecords = 1000;

    private readonly string? _expectedBackbone;

    // Held while the state or the index is changed; readers take the state as it is.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly int _fewRecords;
    private KeyIndex? _index;
    private long? _privateSince; // the folder's time stamp when the index was made, if it is this process's own
    private bool _isDistrusted; // whether the index on disk turned out to be damaged
    private bool _isUnproven; // whether it may differ from what was read of the folder, whatever its time stamp says
    private volatile LibraryState _state;

    internal LibraryStore(LibraryFolder folder, string? backbone, int fewRecords)
    {
        Folder = folder;
        _expectedBackbone = backbone;
        _fewRecords = fewRecords;
        _state = ReadIndex() ?? Scan(CancellationToken.None);
    }

    internal LibraryFolder Folder { get; }

    internal LibraryState State => _state;

    internal TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

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
            using WriteLock held = await WriteLock.AcquireAsync(Folder.LockPath, WriteTimeout, cancellationToken).ConfigureAwait(false);
            if (ImportJournal.Undo(Folder))
            {
                _state = Scan(cancellationToken);
                Close();
            }
            else if (_state.Stamp == before)
            {
                _state = _state with { Stamp = Folder.Stamp() }; // the lock's own folder may be new
            }

            if (_privateSince is not null)
            {
                Close(); // others must see what is written
                _state = _state with { View = null };
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
            Close();
            _isUnproven = true; // a sidecar that was changed in place leaves the time stamp alone
            return (IsInStep(state, out KeyIndex? index) ? state with { View = index.View() } : state, true);
        },
        cancellationToken);

    /// <summary>All records; a library that was opened by its index alone is read now.</summary>
    internal Task<LibraryState> ReadAllAsync(CancellationToken cancellationToken) =>
        _state is { Entries: not null } known ? Task.FromResult(known) : ChangeAsync(
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
            Distrust();
            return (state with { View = null }, true);
        },
        cancellationToken);

    internal LibraryState Scan(CancellationToken cancellationToken)
    {
        LibraryState state = LibraryScan.Run(Folder, cancellationToken);
        CheckBackbone(state.Backbone);
        return state;
    }

    /// <summary>The index with what other processes have appended meanwhile, if there is one, and whether it holds all records. The caller holds the gate.</summary>
    internal (KeyIndex? Index, bool IsComplete) Index(LibraryState state)
    {
        bool isComplete = _index is not null && state.View is not null;
        if (_index?.CatchUp() == false || (_privateSince is long since && since != Folder.Stamp()))
        {
            Close();
            isComplete = false;
        }

        if (_index is null && !_isDistrusted && state.Backbone is string backbone)
        {
            _index = KeyIndex.TryOpen(Folder.IndexPath, backbone);
        }

        return (_index, _index is { IsIncomplete: false } && (isComplete || (!_isUnproven && _index.Stamp == Folder.Stamp())));
    }

    /// <summary>Takes another index in place of the present one.</summary>
    /// <param name="index">The index.</param>
    /// <param name="privateSince">The folder's time stamp, if the index is this process's own and others do not append to it.</param>
    internal void Use(KeyIndex index, long? privateSince = null)
    {
        if (_index != index)
        {
            Close();
            _index = index;
        }

        _privateSince = privateSince;
        _isDistrusted = _isUnproven = false;
    }

    /// <summary>Sees to it that the index is made again. The caller holds the gate.</summary>
    internal void Distrust()
    {
        Close();
        _isDistrusted = true;
    }

    /// <summary>Brings the index to where the records are.</summary>
    /// <returns>The keys of all records.</returns>
    internal async Task<KeySnapshot> SyncAsync(CancellationToken cancellationToken)
    {
        KeySnapshot? view = await ChangeAsync(
            state =>
            {
                LibraryState after = state.View is null && IsInStep(state, out KeyIndex? index) ? state with { View = index.View() } : state;
                return (after, after.View);
            },
            cancellationToken).ConfigureAwait(false);
        if (view is not null)
        {
            return view;
        }

        try
        {
            return await WriteAsync(state => IndexSync.Run(this, state, isPrivate: false, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that may only be read, or that somebody writes all the time.
            return await ChangeAsync(state => IndexSync.Run(this, state, isPrivate: true, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsInStep(LibraryState state, [NotNullWhen(true)] out KeyIndex? index)
    {
        (index, bool isComplete) = Index(state);
        try
        {
            if (index is null
                || !(isComplete || (!index.IsIncomplete && (_isUnproven || index.LiveCount <= _fewRecords) && IndexSync.IsInStep(index, state))))
            {
                return false;
            }

            _isUnproven = false;
            return true;
        }
        catch (InvalidDataException)
        {
            Distrust();
            return false;
        }
    }

    /// <summary>Forgets the index: it is damaged, or to be opened again.</summary>
    internal void Close()
    {
        _index?.Dispose();
        _index = null;
        _privateSince = null;
    }

    /// <summary>The keys as they are now, if nobody is just changing them; else as they were.</summary>
    internal KeySnapshot? CurrentView()
    {
        if (!_gate.Wait(0))
        {
            return _state.View;
        }

        try
        {
            if (_state.View is not null)
            {
                (KeyIndex? index, bool isComplete) = Index(_state);
                _state = _state with { View = isComplete ? index!.View() : null };
            }

            return _state.View;
        }
        catch (InvalidDataException)
        {
            Distrust();
            _state = _state with { View = null };
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
            (LibraryState state, T result) = change(_state);
            _state = state;
            return result;
        },
        cancellationToken);

    /// <summary>The state of a large library without looking at its files; null where that would not do.</summary>
    private LibraryState? ReadIndex()
    {
        try
        {
            if (Folder.ReadJson(LibraryFolder.HeaderName, LibraryJson.Files.LibraryHeader) is { Format: LibraryFolder.Format } header
                && KeyIndex.TryOpen(Folder.IndexPath, header.Backbone) is KeyIndex index)
            {
                _index = index;
                if (index.LiveCount > _fewRecords && index.Stamp == Folder.Stamp() && !File.Exists(Folder.JournalPath))
                {
                    CheckBackbone(header.Backbone);
                    return new LibraryState(
                        header.Backbone, index.Dim, Entries: null, ImmutableSortedDictionary.Create<string, LibraryProblem>(StringComparer.Ordinal), [], index.Stamp, index.View());
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Close(); // reading the folder will tell
        }

        return null;
    }

    private void CheckBackbone(string? found)
    {
        if (found is not null && (_expectedBackbone ?? _state?.Backbone) is string expected)
        {
            BackboneValidator.Library(found, expected, Folder.Path);
        }
    }
}
