namespace Spot.Tests.Library;

/// <summary>A place for one library, empty at first; what is opened here is disposed of with it.</summary>
public abstract class LibraryPlace : IAsyncDisposable
{
    private readonly List<IPromptLibrary> _opened = [];

    /// <summary>How errors name the place.</summary>
    public abstract string Location { get; }

    /// <summary>Opens the library once more.</summary>
    public async Task<IPromptLibrary> OpenAsync(string? backbone = null)
    {
        IPromptLibrary library = await OpenNewAsync(backbone);
        _opened.Add(library);
        return library;
    }

    /// <summary>The library as it is, and opened again in all ways there are.</summary>
    public virtual async Task<IPromptLibrary[]> WithOthersAsync(IPromptLibrary library) => [library, await OpenAsync(), await OpenAsync(Samples.Backbone)];

    /// <summary>Asserts that nothing was ever written.</summary>
    public abstract Task AssertUntouchedAsync();

    public abstract Task RefreshAsync(IPromptLibrary library, CancellationToken cancellationToken);

    public abstract Task<int> ExportAsync(IPromptLibrary library, string path, CancellationToken cancellationToken);

    public abstract Task<IReadOnlyList<string>> ImportAsync(IPromptLibrary library, string path, CancellationToken cancellationToken);

    public virtual ValueTask DisposeAsync()
    {
        foreach (IPromptLibrary library in _opened)
        {
            ((IDisposable)library).Dispose();
        }

        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected abstract Task<IPromptLibrary> OpenNewAsync(string? backbone);
}
