using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Spot.Library;

namespace Spot.Tests.Library;

public class WriteLockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_holds_it_the_others_wait_and_are_told_for_whom()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "new", "lock");
        using (await WriteLock.AcquireAsync(path, TimeSpan.Zero, NullLogger.Instance, Token))
        {
            IOException error = await Assert.ThrowsAsync<IOException>(() => WriteLock.AcquireAsync(path, TimeSpan.FromMilliseconds(30), NullLogger.Instance, Token));
            Assert.Contains($"process {Environment.ProcessId} on '{Environment.MachineName}'", error.Message, StringComparison.Ordinal);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            using CancellationTokenSource cancel = new(20);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WriteLock.AcquireAsync(path, TimeSpan.FromMinutes(5), NullLogger.Instance, cancel.Token));
        }

        using WriteLock again = await WriteLock.AcquireAsync(path, TimeSpan.Zero, NullLogger.Instance, Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lock_of_a_process_that_is_gone_is_free(bool isTorn)
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "lock");
        string name = JsonSerializer.Serialize(LockOwner.Own with { Process = int.MaxValue }, LibraryJson.Files.LockOwner);
        await File.WriteAllTextAsync(path, "", Token);
        await File.WriteAllTextAsync(WriteLock.OwnerPath(path), isTorn ? name[..10] : name, Token);
        using WriteLock taken = await WriteLock.AcquireAsync(path, TimeSpan.Zero, NullLogger.Instance, Token);
        Assert.Equal(LockOwner.Own, JsonSerializer.Deserialize(await File.ReadAllTextAsync(WriteLock.OwnerPath(path), Token), LibraryJson.Files.LockOwner));
    }

    [Fact]
    public async Task Where_the_system_locks_nothing_a_living_name_counts()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "lock");
        using Process other = Process.Start(new ProcessStartInfo("sleep", "100"))!;
        try
        {
            LockOwner owner = new(other.Id, Environment.MachineName, other.StartTime.ToUniversalTime());
            await File.WriteAllTextAsync(WriteLock.OwnerPath(path), JsonSerializer.Serialize(owner, LibraryJson.Files.LockOwner), Token);
            await Assert.ThrowsAsync<IOException>(() => WriteLock.AcquireAsync(path, TimeSpan.FromMilliseconds(5), NullLogger.Instance, Token));

            // Another process that was given the same number.
            await File.WriteAllTextAsync(WriteLock.OwnerPath(path), JsonSerializer.Serialize(owner with { Started = owner.Started.AddHours(-1) }, LibraryJson.Files.LockOwner), Token);
            using WriteLock taken = await WriteLock.AcquireAsync(path, TimeSpan.Zero, NullLogger.Instance, Token);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task A_library_names_who_holds_it_and_can_be_read_meanwhile()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        library.WriteTimeout = TimeSpan.FromMilliseconds(20);
        using (await WriteLock.AcquireAsync(Path.Combine(folder.Path, ".spot", "lock"), TimeSpan.Zero, NullLogger.Instance, Token))
        {
            IOException error = await Assert.ThrowsAsync<IOException>(() => library.AddAsync(Samples.Record("y"), cancellationToken: Token));
            Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
            Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
            Assert.Single(await PromptLibrary.Open(folder.Path).SearchAsync(Samples.Query("q"), new() { K = 9 }, Token));
        }

        await library.AddAsync(Samples.Record("y"), cancellationToken: Token);
    }
}
