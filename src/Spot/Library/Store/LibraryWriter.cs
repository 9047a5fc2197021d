namespace Spot.Library;

/// <summary>Adds and removes records, and keeps the index abreast of them. Used within <see cref="LibraryStore.WriteAsync"/>.</summary>
internal sealed class LibraryWriter
{
    private readonly LibraryStore _store;
    private readonly LibraryFolder _folder;
    private readonly RecordWriter _records;
    private readonly bool _isKnown; // whether the state holds all records
    private readonly bool _isTrusted; // whether nobody but Spot has changed the folder since the index was complete
    private bool _isComplete; // whether the index holds all records
    private bool _hasChanged;
    private KeyIndex? _index;

    internal LibraryWriter(LibraryStore store, LibraryState state)
    {
        _store = store;
        _folder = store.Folder;
        _records = new RecordWriter(_folder);
        State = state;
        (_index, _isComplete) = store.Keys.Open(state.Backbone, state.View);
        long stamp = _folder.Stamp();
        _isKnown = state.Stamp == stamp;
        _isTrusted = _index is null ? _isKnown : _index.Stamp == stamp;
        _isComplete |= _index is null && state.IsEmpty && _isKnown;
    }

    /// <summary>What is known after the changes so far.</summary>
    internal LibraryState State { get; private set; }

    /// <exception cref="SpotException">The record belongs to another backbone or width, or its id is taken.</exception>
    internal void Add(RecordFiles files, TaskEmbedding? embedding, bool replace, CancellationToken cancellationToken)
    {
        Sidecar sidecar = files.Sidecar;
        _store.CheckFits(State, sidecar.Backbone, sidecar.Dim);
        if (FindTaken(sidecar.Id) is string taken && (!replace || taken != sidecar.Id))
        {
            throw PromptId.Taken(sidecar.Id, taken, _folder.Path);
        }

        LibraryEntry entry = _records.Write(files, replace, State.Leftovers(sidecar.Id), cancellationToken) ?? throw PromptId.Taken(sidecar.Id, sidecar.Id, _folder.Path);
        State = State.With(entry);
        _hasChanged = true;
        UpdateIndex(() =>
        {
            if (_index is null || (_index.LiveCount == 0 && _index.Dim != sidecar.Dim))
            {
                _index = _store.Keys.Create(sidecar.Backbone, sidecar.Dim, isPrivate: false);
            }

            _index.Append(entry, embedding is null ? null : IndexKeys.Of(embedding));
        });
    }

    /// <returns>Whether there was one.</returns>
    internal bool Remove(string id)
    {
        bool isOtherCase = FindTaken(id) is string taken && taken != id;
        if (!PromptId.IsAllowed(id) || isOtherCase || !_records.Remove(id, State.Leftovers(id)))
        {
            return false;
        }

        State = State.Without(id);
        _hasChanged = true;
        UpdateIndex(() => _index?.Remove(id));
        return true;
    }

    /// <summary>The id that is taken when case does not count; null when the id is free.</summary>
    internal string? FindTaken(string id)
    {
        string? taken = State.FindTaken(id);
        try
        {
            return taken ?? (_isComplete ? _index?.FindTaken(id) : null);
        }
        catch (InvalidDataException)
        {
            Forget();
            return null; // at the latest the file system knows
        }
    }

    /// <summary>Makes the changes of the index valid.</summary>
    /// <returns>The state at the end.</returns>
    internal LibraryState End()
    {
        if (!_hasChanged)
        {
            return State;
        }

        UpdateIndex(() =>
        {
            if (_index is not null)
            {
                _index = _index.Commit(_isTrusted ? _folder.Stamp() : IndexHead.NoStamp);
                _store.Keys.Use(_index);
            }
        });
        return State = State with
        {
            Stamp = _isKnown ? _folder.Stamp() : IndexHead.NoStamp,
            View = _isComplete ? _index?.View() : null,
        };
    }

    /// <summary>Gives up what was changed in the index but not made valid.</summary>
    internal void Forget()
    {
        _index?.Dispose();
        _index = null;
        _isComplete = false;
        _store.Keys.Close();
    }

    // The record is kept whatever becomes of the index, which can be made again.
    private void UpdateIndex(Action update)
    {
        try
        {
            if (_isComplete)
            {
                update();
            }
            else if (_index is { IsIncomplete: false })
            {
                _index.MarkIncomplete();
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Forget();
        }
    }
}
