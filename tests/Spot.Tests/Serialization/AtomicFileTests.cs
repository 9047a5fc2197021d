using Spot.Serialization;

namespace Spot.Tests.Serialization;

public class AtomicFileTests
{
    [Fact]
    public void A_file_is_written_and_replaced_and_nothing_else_is_left()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "file");
        Assert.True(AtomicFile.Write(path, stream => stream.Write([1, 2]), overwrite: false));
        Assert.True(AtomicFile.Write(path, stream => stream.Write([3])));
        Assert.Equal([3], File.ReadAllBytes(path));
        Assert.False(AtomicFile.Write(path, stream => stream.Write([4]), overwrite: false));
        Assert.Equal([3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_failing_writer_leaves_the_old_file_and_no_temporary_one()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "file");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException();
        }));
        IOException error = Assert.Throws<IOException>(() => AtomicFile.Write(path, _ => throw new IOException("disk full")));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("disk full", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_the_cause()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "no folder");
        IOException error = Assert.ThrowsAny<IOException>(() => AtomicFile.Write(Path.Combine(file, "x"), _ => { }));
        Assert.Contains(Path.Combine(file, "x"), error.Message, StringComparison.Ordinal);
        Assert.Contains("choose another folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_first_writers_exactly_one_wins()
    {
        for (int round = 0; round < 50; round++)
        {
            using TempFolder folder = new();
            string path = Path.Combine(folder.Path, "file");
            using Barrier start = new(4);
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () => AtomicFile.Write(
                    path,
                    stream =>
                    {
                        stream.WriteByte((byte)i);
                        start.SignalAndWait();
                    },
                    overwrite: false),
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            Assert.Equal(Array.IndexOf(won, true), Assert.Single(File.ReadAllBytes(path)));
            Assert.Single(won, winner => winner);
            Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        }
    }
}
