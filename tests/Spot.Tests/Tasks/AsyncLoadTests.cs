using System.Runtime.InteropServices;
using Spot.Tasks;

namespace Spot.Tests.Tasks;

/// <summary>Loading tasks without keeping the caller's thread.</summary>
public sealed partial class AsyncLoadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string SampleData => Path.Combine(TestPaths.RepositoryRoot, "samples", "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folders_give_what_they_give_otherwise()
    {
        IReadOnlyList<TextTask> all = await TaskFolder.LoadAllAsync(SampleData, cancellationToken: Cancel);
        Assert.Equal(TaskFolder.LoadAll(SampleData).Select(task => task.Fingerprint), all.Select(task => task.Fingerprint));
        TextTask films = await TaskFolder.LoadAsync(Path.Combine(SampleData, "films"), new TaskLoadOptions { MaxRows = 40 }, Cancel);
        Assert.Equal(TaskFolder.Load(Path.Combine(SampleData, "films"), new TaskLoadOptions { MaxRows = 40 }).Fingerprint, films.Fingerprint);
        Assert.Equal(40, films.Train.Count);
    }

    [Fact]
    public async Task Named_tasks_families_and_leaks_too()
    {
        Sst2("sst2");
        Sst2("imdb");
        TextTask task = await TaskRegistry.LoadAsync("sst2", _folder.Path, cancellationToken: Cancel);
        Assert.Equal(TaskRegistry.Load("sst2", _folder.Path, cancellationToken: Cancel).Fingerprint, task.Fingerprint);
        TextFormat format = TextFormat.Named("sst2");
        Assert.Equal(task.Fingerprint, (await TaskRegistry.LoadAsync(format, _folder.Path, cancellationToken: Cancel)).Fingerprint);
        TaskMixture mixture = await TaskFamily.Named("sentiment").LoadAsync(_folder.Path, cancellationToken: Cancel);
        Assert.Equal(TaskFamily.Named("sentiment").Load(_folder.Path, cancellationToken: Cancel).Fingerprint, mixture.Fingerprint);
        IReadOnlyList<TaskLeak> leaks = await TaskLeaks.FindAsync(["sst2", "imdb"], _folder.Path, cancellationToken: Cancel);
        Assert.Equal(2, leaks.Count);
        Assert.Equal(TaskLeaks.Find(["sst2", "imdb"], _folder.Path, cancellationToken: Cancel).Select(leak => leak.ToString()), leaks.Select(leak => leak.ToString()));
    }

    [Fact]
    public async Task Errors_come_with_the_task_that_is_awaited()
    {
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => TaskFolder.LoadAsync(Path.Combine(_folder.Path, "none"), cancellationToken: Cancel));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => TaskRegistry.LoadAsync("sst2", Path.Combine(_folder.Path, "none"), cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => TaskRegistry.LoadAsync("sst9", _folder.Path, cancellationToken: Cancel));
        File.WriteAllText(Path.Combine(_folder.Path, "train.jsonl"), "{\"text\": \"a\", \"label\": \"x\"}\n{\"text\": \"b\", \"label\": \"y\"}\n");
        string expected = Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;
        Assert.Contains("For example, task.json: {\"format\":{\"input\":\"{text}\",\"target\":\"label\",\"labels\":[\"x\",\"y\"]}}", expected, StringComparison.Ordinal);
        Assert.Equal(expected, (await Assert.ThrowsAsync<InvalidDataException>(() => TaskFolder.LoadAsync(_folder.Path, cancellationToken: Cancel))).Message);
    }

    [Fact]
    public async Task A_token_ends_it()
    {
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TaskFolder.LoadAsync(Path.Combine(SampleData, "films"), cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TaskFolder.LoadAllAsync(SampleData, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TaskRegistry.LoadAsync("sst2", SampleData, cancellationToken: cancelled));
    }

    /// <summary>task.json is a pipe that nobody has written to yet: whoever reads it stands still.</summary>
    [Fact]
    public async Task The_callers_thread_is_free_while_a_file_is_waited_for_and_options_are_copied()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs named pipes in the file system.");
        foreach (string file in new[] { "train.jsonl", "validation.jsonl" })
        {
            File.WriteAllText(Path.Combine(_folder.Path, file), string.Concat(Enumerable.Range(0, 50).Select(i => $"{{\"input\": \"number {i}\", \"target\": \"{(i % 2 == 0 ? "even" : "odd")}\"}}\n")));
        }

        string pipe = Path.Combine(_folder.Path, "task.json");
        Assert.Equal(0, MakePipe(pipe, 0x180)); // rw for the owner
        TaskLoadOptions options = new() { MaxRows = 10, Files = new DataFileOptions() };
        Task<TextTask> loading = null!;
        Thread caller = new(() => loading = TaskFolder.LoadAsync(_folder.Path, options, Cancel)) { IsBackground = true };
        caller.Start();
        Assert.True(caller.Join(TimeSpan.FromMinutes(1)), "the caller waits for the file");
        Assert.False(loading.IsCompleted);
        (options.MaxRows, options.Files.MaxRowLength) = (20, 1);
        await File.WriteAllTextAsync(pipe, "{\"name\": \"numbers\"}", Cancel);
        TextTask task = await loading;
        Assert.Equal(("numbers", 10), (task.Name, task.Train.Count));
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    private void Sst2(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName, field = name == "sst2" ? "sentence" : "text";
        foreach (string split in new[] { "train", "validation" })
        {
            File.WriteAllText(Path.Combine(folder, split + ".jsonl"), string.Concat(Enumerable.Range(0, 4).Select(i =>
                $"{{\"{field}\": \"a long and rather unusual sentence about the number {(char)('a' + i)} of films\", \"label\": {i % 2}}}\n")));
        }
    }
}
