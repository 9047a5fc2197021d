namespace Spot.Transfer;

/// <summary>Which prompts a target may start from.</summary>
/// <param name="target">The target task.</param>
/// <param name="eligible">What the caller says; null for all.</param>
/// <param name="includeOwnTask">Whether prompts of the target's own task count.</param>
internal sealed class SourceFilter(TextTask target, Func<PromptInfo, bool>? eligible, bool includeOwnTask)
{
    /// <summary>Whether a prompt is of the target's own task: the names are the same, as in a study.</summary>
    public static bool IsOwn(PromptInfo info, TextTask target) => info.Task == target.Name;

    /// <summary>Whether the target may start from a prompt.</summary>
    public bool Allows(PromptInfo info) => (includeOwnTask || !IsOwn(info, target)) && (eligible?.Invoke(info) ?? true);

    /// <summary>What to say where nothing is left.</summary>
    /// <param name="library">The source prompts.</param>
    /// <param name="isSearch">Whether only prompts with a task embedding count.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<SpotException> NothingAsync(IPromptLibrary library, bool isSearch, CancellationToken cancellationToken)
    {
        int own = includeOwnTask ? 0 : await library.ListAsync(cancellationToken).CountAsync(
            info => IsOwn(info, target) && (!isSearch || info.EmbeddingStep is not null) && (eligible?.Invoke(info) ?? true), cancellationToken).ConfigureAwait(false);
        string left = own == 0 ? "" : $"; {own} of its own task {(own == 1 ? "is" : "are")} left out, unless IncludeOwnTask is set";
        return new SpotException(
            $"The library holds no prompt{(isSearch ? " with a task embedding" : "")}{(eligible is null ? "" : " that is eligible")}, so '{target.Name}' has nothing to start from{left}. " +
            $"Add records of source tasks first{(isSearch ? ", tuned for at least EmbeddingStep steps" : "")}.");
    }
}
