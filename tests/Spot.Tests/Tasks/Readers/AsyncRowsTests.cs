using System.Text;
using Parquet;
using Parquet.Serialization;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

/// <summary><see cref="DataFile.ReadAsync"/> gives what <see cref="DataFile.Read"/> gives.</summary>
public sealed class AsyncRowsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly ReaderFiles _files = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    public async Task Every_format_gives_the_same_rows(int count)
    {
        foreach (string path in await Paths(count))
        {
            List<DataRow> rows = await DataFile.ReadAsync(path, cancellationToken: Cancel).ToListAsync(Cancel);
            Assert.Equal(Enumerable.Range(1, count).Select(i => $"row {i}"), rows.Select(row => row.Fields["text"]!.GetValue<string>()));
            Assert.Equal(ReaderFiles.Read(path).Select(row => (row.Place, row.Path, row.Fields.ToJsonString())), rows.Select(row => (row.Place, row.Path, row.Fields.ToJsonString())));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(50)]
    public async Task The_rows_before_a_damaged_one_come_before_its_error(int good)
    {
        string path = _files.Write("a.jsonl", string.Concat(Enumerable.Range(1, good).Select(i => $"{{\"text\": \"row {i}\"}}\n")) + "{broken}\n{\"text\": \"never\"}\n");
        string expected = ReaderFiles.Fails(path, $", line {good + 1}", null, "broken JSON");
        await using IAsyncEnumerator<DataRow> rows = DataFile.ReadAsync(path, cancellationToken: Cancel).GetAsyncEnumerator(Cancel);
        for (int i = 1; i <= good; i++)
        {
            Assert.True(await rows.MoveNextAsync());
            Assert.Equal($"row {i}", rows.Current.Fields["text"]!.GetValue<string>());
        }

        Assert.Equal(expected, (await Assert.ThrowsAsync<InvalidDataException>(async () => await rows.MoveNextAsync())).Message);
    }

    [Fact]
    public async Task Errors_are_those_of_reading()
    {
        string cut = _files.WriteRaw("cut.jsonl.gz", ReaderFiles.Gzip(Encoding.UTF8.GetBytes("{\"text\": \"a\"}\n"))[..^6]);
        string empty = _files.Write("empty.csv", "a,b\n"), parquet = _files.Write("no.parquet", "PAR1 and no more"), rowless = _files.Write("rowless.parquet", await Parquet(0));
        string damaged = _files.WriteRaw("damaged.parquet.gz", ReaderFiles.Gzip(await Parquet(5))[..^9]);
        foreach (string path in new[] { cut, empty, parquet, rowless, damaged })
        {
            string expected = ReaderFiles.Fails(path, "", null);
            Assert.Equal(expected, (await Assert.ThrowsAsync<InvalidDataException>(async () => await DataFile.ReadAsync(path, cancellationToken: Cancel).ToListAsync(Cancel))).Message);
        }

        Assert.Throws<FileNotFoundException>(() => DataFile.ReadAsync(_files.FilePath("none.csv"), cancellationToken: Cancel)); // at once
        Assert.Throws<ArgumentException>(() => DataFile.ReadAsync(cut, new DataFileOptions { MaxRowLength = 0 }, Cancel));
    }

    [Fact]
    public async Task A_token_ends_it_at_the_next_row()
    {
        foreach (string path in await Paths(40))
        {
            using CancellationTokenSource source = new();
            await using IAsyncEnumerator<DataRow> rows = DataFile.ReadAsync(path, cancellationToken: Cancel).GetAsyncEnumerator(source.Token);
            Assert.True(await rows.MoveNextAsync());
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await rows.MoveNextAsync());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await DataFile.ReadAsync(path, cancellationToken: source.Token).FirstAsync(Cancel));
        }
    }

    [Fact]
    public async Task Who_stops_early_leaves_the_file_closed()
    {
        foreach (string path in await Paths(100))
        {
            IAsyncEnumerable<DataRow> rows = DataFile.ReadAsync(path, cancellationToken: Cancel);
            Assert.Equal("row 1", (await rows.FirstAsync(Cancel)).Fields["text"]!.GetValue<string>());
            Assert.Equal("row 2", (await rows.Skip(1).FirstAsync(Cancel)).Fields["text"]!.GetValue<string>()); // from the beginning once more
            using FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Assert.True(alone.Length > 0);
        }
    }

    /// <summary>A thread with a context of its own, as of a window, waits for the asynchronous parts without being needed by them.</summary>
    [Fact]
    public async Task A_thread_that_waits_is_not_needed()
    {
        string[] paths = await Paths(100);
        string folder = Path.Combine(TestPaths.RepositoryRoot, "samples", "data", "films");
        string other = Path.GetDirectoryName(_files.Write("train.jsonl", string.Concat(Enumerable.Repeat("{\"text\": \"a\", \"label\": \"x\"}\n{\"text\": \"b\", \"label\": \"y\"}\n", 30))))!;
        _files.Write("validation.jsonl", "{\"text\": \"a\", \"label\": \"x\"}\n");
        int rows = 0;
        TextTask? task = null;
        Exception? error = null;
        Thread window = new(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new Busy());
            rows = paths.Sum(path => DataFile.Read(path).Count());
            task = TaskFolder.Load(folder, new TaskLoadOptions { MaxRows = 50 });
            error = Record.Exception(() => TaskFolder.Load(other));
        });
        window.IsBackground = true;
        window.Start();
        Assert.True(window.Join(Patience), "the thread waits for itself");
        Assert.Equal(100 * paths.Length, rows);
        Assert.Equal("films", task!.Name);
        Assert.Equal(50, task.Train.Count);
        Assert.Contains("\"x\"", Assert.IsType<InvalidDataException>(error).Message, StringComparison.Ordinal); // the labels that a card could declare
    }

    private static async Task<byte[]> Parquet(int count)
    {
        using MemoryStream stream = new();
        Row[] rows = [.. Enumerable.Range(1, count).Select(i => new Row { Text = $"row {i}" })];
        await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { RowGroupSize = 30 }, cancellationToken: Cancel);
        return stream.ToArray();
    }

    private async Task<string[]> Paths(int count)
    {
        string[] texts = [.. Enumerable.Range(1, count).Select(i => $"row {i}")];
        string objects = string.Join(",\n", texts.Select(text => $"{{\"text\": \"{text}\"}}")), lines = string.Join('\n', texts);
        byte[] parquet = await Parquet(count);
        return
        [
            _files.Write("a.jsonl", objects.Replace(",\n", "\n", StringComparison.Ordinal)), _files.Write("b.json", $"[{objects}]"), _files.Write("c.csv", $"text\n{lines}\n"),
            _files.Write("d.tsv.gz", $"text\n{lines}"), _files.Write("e.txt", lines), _files.Write("f.parquet", parquet), _files.Write("g.parquet.gz", parquet),
        ];
    }

    private sealed class Row
    {
        [System.Text.Json.Serialization.JsonPropertyName("text")]
        public string? Text { get; set; }
    }

    // Never does what is left for it.
    private sealed class Busy : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
