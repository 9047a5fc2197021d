using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Spot.Library;

/// <summary>What is known of a folder now. Whoever replaces it holds the store's gate; it is read by anybody.</summary>
internal sealed class CurrentState
{
    private readonly string _folder;
    private readonly ILogger _logger;
    private volatile LibraryState _state;

    /// <param name="folder">The folder.</param>
    /// <param name="state">What is known of it.</param>
    /// <param name="logger">Told of every record that is found to be damaged.</param>
    internal CurrentState(string folder, LibraryState state, ILogger logger)
    {
        (_folder, _logger, _state) = (folder, logger, state);
        TellOf(state.Damaged, ImmutableSortedDictionary<string, LibraryProblem>.Empty);
    }

    internal LibraryState Value => _state;

    internal void Become(LibraryState state)
    {
        ImmutableSortedDictionary<string, LibraryProblem> known = _state.Damaged;
        _state = state;
        if (state.Damaged != known)
        {
            TellOf(state.Damaged, known);
        }
    }

    private void TellOf(ImmutableSortedDictionary<string, LibraryProblem> damaged, ImmutableSortedDictionary<string, LibraryProblem> known)
    {
        foreach ((string id, LibraryProblem problem) in damaged)
        {
            if (!known.ContainsKey(id))
            {
                LibraryLog.SetAside(_logger, _folder, id, problem.Message);
            }
        }
    }
}
