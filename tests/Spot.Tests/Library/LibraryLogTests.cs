using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Library;
using Spot.Tests.Tuning;

namespace Spot.Tests.Library;

public class LibraryLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_index_that_is_made_again_is_told_with_the_reason()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        Directory.Delete(Path.Combine(folder.Path, ".spot", "index"), recursive: true);
        await SearchAsync("holds all 4 records again", "4 were read", "there was none of this library");
        await SearchAsync(); // nothing to tell
        string keys = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, ".spot", "index"), "average.displacement.keys.*"));
        byte[] bytes = await File.ReadAllBytesAsync(keys, Token);
        bytes[9] ^= 1;
        await File.WriteAllBytesAsync(keys, bytes, Token);
        await SearchAsync("4 were read", "it was damaged");
        File.Delete(Path.Combine(folder.Path, "r3.json"));
        await SearchAsync("holds all 3 records again", "0 were read", "records were added, changed or removed without it");

        async Task SearchAsync(params string[] expected)
        {
            Messages<PromptLibrary> log = new(LogLevel.Information);
            using PromptLibrary library = PromptLibrary.Open(folder.Path, null, log);
            await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token);
            Assert.All(expected, part => Assert.Contains(part, Assert.Single(log.All), StringComparison.Ordinal));
            Assert.Equal(expected.Length > 0, log.All.Count > 0);
        }
    }

    [Fact]
    public async Task A_damaged_record_is_told_once_wherever_it_is_met()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        Messages<PromptLibrary> log = new();
        using PromptLibrary library = PromptLibrary.Open(folder.Path, null, log);
        await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(folder.Path, "r1.*.safetensors")), "damaged", Token);
        await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token);
        await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token);
        string message = Assert.Single(log.All);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(folder.Path, "x.*.safetensors")), "damaged", Token);
        await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token);
        Assert.Contains("record x is set aside", log.All[^1], StringComparison.Ordinal);
        Assert.Equal(2, log.All.Count);
        Assert.All(["record r1 is set aside", folder.Path, ".safetensors"], part => Assert.Contains(part, message, StringComparison.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "r2.json"), "damaged", Token);
        log = new();
        using PromptLibrary again = PromptLibrary.Open(folder.Path, null, log);
        Assert.Contains(log.All, told => told.Contains("record r2 is set aside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waiting_for_another_writer_is_told_and_how_long_it_was()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        Messages<PromptLibrary> log = new(LogLevel.Information);
        using PromptLibrary library = PromptLibrary.Open(folder.Path, null, log);
        Task adding;
        using (await WriteLock.AcquireAsync(Path.Combine(folder.Path, ".spot", "lock"), TimeSpan.Zero, NullLogger.Instance, Token))
        {
            adding = library.AddAsync(Samples.Record("x"), cancellationToken: Token);
            SpinWait.SpinUntil(() => log.All.Count > 0 || adding.IsCompleted);
        }

        await adding;
        Assert.Equal(2, log.All.Count);
        Assert.StartsWith("Waits up to 00:00:30 for the lock", log.All[0], StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", log.All[0], StringComparison.Ordinal);
        Assert.StartsWith("Has the lock", log.All[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_is_told_and_one_that_was_interrupted_too()
    {
        using TempFolder folder = new();
        string source = Path.Combine(folder.Path, "source"), target = Path.Combine(folder.Path, "target"), archive = Path.Combine(folder.Path, "archive.zip");
        await (await FilledAsync(source)).ExportAsync(archive, Token);
        Messages<PromptLibrary> log = new(LogLevel.Information);
        using PromptLibrary library = PromptLibrary.Open(target, null, log);
        await library.AddAsync(Samples.Record("r0"), cancellationToken: Token);
        await library.ImportAsync(archive, Token);
        Assert.All(["imported 3 of 4 records", archive, target], part => Assert.Contains(part, Assert.Single(log.All), StringComparison.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(target, ".spot", "import"), ":r2", Token);
        log.All.Clear();
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        Assert.Contains("an import that was interrupted is undone", log.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_hands_its_logger_to_the_library()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "r2.json"), "damaged", Token);
        Messages<PromptLibrary> log = new();
        ServiceCollection collection = new();
        collection.AddSingleton<ILogger<PromptLibrary>>(log).AddSpot(options => options.LibraryPath = folder.Path);
        await using ServiceProvider services = collection.BuildServiceProvider();
        services.GetRequiredService<IPromptLibrary>();
        Assert.Single(log.All);
    }

    private static async Task<PromptLibrary> FilledAsync(string folder)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        foreach (int i in Enumerable.Range(0, 4))
        {
            await library.AddAsync(Samples.Record($"r{i}"), cancellationToken: Token);
        }

        return library;
    }
}
