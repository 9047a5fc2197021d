using Microsoft.Extensions.DependencyInjection;
using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibraryDisposalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_that_run_come_to_their_end()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        PromptLibrary library = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        IAsyncEnumerator<PromptInfo> list = library.ListAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await list.MoveNextAsync());
        bool End(PromptInfo info)
        {
            library.Dispose();
            GC.Collect();
            return info.Id != "r2";
        }

        Assert.Equal(5, (await library.SearchAsync(Samples.Query("q"), new() { K = 9, Filter = End }, Token)).Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => library.GetAsync("r1", Token));
        List<string> ids = [list.Current.Id];
        while (await list.MoveNextAsync())
        {
            ids.Add(list.Current.Id);
        }

        await list.DisposeAsync();
        Assert.Equal(["r0", "r1", "r2", "r3", "r4", "r5"], ids);
    }

    [Fact]
    public async Task The_last_call_lets_go_of_the_index()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at what the process holds in /proc.");
        using TempFolder folder = new();
        PromptLibrary library = await FilledAsync(folder.Path);
        Assert.Single(await library.SearchAsync(Samples.Query("q"), new() { K = 1 }, Token));
        for (int i = 0; i < 400; i++) // until the files outgrow their maps
        {
            await library.AddAsync(Samples.Record($"s{i}", "s"), cancellationToken: Token);
        }

        Assert.Single(await library.SearchAsync(Samples.Query("q"), new() { K = 1 }, Token));
        await using (IAsyncEnumerator<PromptInfo> list = library.ListAsync(Token).GetAsyncEnumerator(Token))
        {
            Assert.True(await list.MoveNextAsync());
            library.Dispose();
            Assert.NotEmpty(Held(folder.Path));
        }

        Assert.Empty(Held(folder.Path));
    }

    [Fact]
    public async Task Opening_can_be_ended_and_tells_as_its_sibling_does()
    {
        using TempFolder folder = new();
        (await FilledAsync(folder.Path)).Dispose();
        using (PromptLibrary opened = await PromptLibrary.OpenAsync(folder.Path, Samples.Backbone, cancellationToken: Token))
        {
            Assert.Equal(6, await opened.ListAsync(Token).CountAsync(Token));
        }

        List<int> read = [];
        (await PromptLibrary.OpenAsync(folder.Path, progress: new Listener<int>(read.Add), cancellationToken: Token)).Dispose();
        Assert.Equal([6], read);
        await Assert.ThrowsAsync<SpotException>(() => PromptLibrary.OpenAsync(folder.Path, "another", cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentException>(() => PromptLibrary.OpenAsync(" ", cancellationToken: Token));
        using CancellationTokenSource end = new();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PromptLibrary.OpenAsync(folder.Path, cancellationToken: end.Token));
        Assert.Throws<OperationCanceledException>(() => PromptLibrary.Read(folder.Path, null, 1000, logger: null, progress: null, end.Token)); // while it reads
    }

    [Fact]
    public async Task A_container_disposes_of_the_library_that_it_opened()
    {
        using TempFolder folder = new();
        ServiceCollection collection = new();
        collection.AddSpot(options => options.LibraryPath = folder.Path);
        IPromptLibrary library;
        await using (ServiceProvider services = collection.BuildServiceProvider())
        {
            library = services.GetRequiredService<IPromptLibrary>();
            await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => library.GetAsync("x", Token));
    }

    // Open and mapped files of the folder.
    private static string[] Held(string folder) =>
    [
        .. Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget ?? "").Concat(File.ReadAllLines("/proc/self/maps"))
            .Where(line => line.Contains(folder, StringComparison.Ordinal)),
    ];

    private static async Task<PromptLibrary> FilledAsync(string folder)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        foreach (int i in Enumerable.Range(0, 6))
        {
            await library.AddAsync(Samples.Record($"r{i}"), cancellationToken: Token);
        }

        return library;
    }
}
