namespace Spot.Transfer;

/// <summary>A run folder belongs to one run: each run of a strategy gets its own in that of the transfer.</summary>
internal static class RunFolders
{
    /// <param name="options">The options of the transfer.</param>
    /// <param name="name">The folder's name in the transfer's.</param>
    /// <returns>The same options where they name no folder.</returns>
    public static TuningOptions? Within(TuningOptions? options, string name)
    {
        if (options?.RunFolder is null)
        {
            return options;
        }

        TuningOptions own = options.Clone();
        own.RunFolder = Path.Combine(options.RunFolder, name);
        return own;
    }
}
