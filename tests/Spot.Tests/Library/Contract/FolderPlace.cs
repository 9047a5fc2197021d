using Spot.Library;

namespace Spot.Tests.Library;

/// <summary>A library in a folder.</summary>
public sealed class FolderPlace : LibraryPlace
{
    private readonly TempFolder _folder = new();

    public override string Location => Path.Combine(_folder.Path, "new", "library");

    public override async Task<IPromptLibrary[]> WithOthersAsync(IPromptLibrary library) =>
        [.. await base.WithOthersAsync(library), PromptLibrary.Open(Location, null, fewRecords: 0)]; // by its index alone

    public override Task AssertUntouchedAsync()
    {
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        return Task.CompletedTask;
    }

    public override Task RefreshAsync(IPromptLibrary library, CancellationToken cancellationToken) => ((PromptLibrary)library).RefreshAsync(cancellationToken);

    public override Task<int> ExportAsync(IPromptLibrary library, string path, CancellationToken cancellationToken) => ((PromptLibrary)library).ExportAsync(path, cancellationToken);

    public override Task<IReadOnlyList<string>> ImportAsync(IPromptLibrary library, string path, CancellationToken cancellationToken) =>
        ((PromptLibrary)library).ImportAsync(path, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override async Task<IPromptLibrary> OpenNewAsync(string? backbone) => await PromptLibrary.OpenAsync(Location, backbone);
}
