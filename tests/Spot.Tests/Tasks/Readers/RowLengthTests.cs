using System.IO.Compression;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class RowLengthTests : IDisposable
{
    private readonly ReaderFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("a.txt", "", "", ", line 2")]
    [InlineData("a.jsonl", "{\"t\":\"", "\"}", ", line 2")]
    [InlineData("a.tsv", "a\n\n", "", ", line 5")]
    [InlineData("a.csv", "a\n\"\n", "\"", ", line 4")]
    [InlineData("a.json", "{\"t\":\"", "\"}", ", row 2 (line 2)")]
    public void A_row_may_be_as_long_as_the_limit(string name, string before, string after, string place)
    {
        const int Limit = 2000;
        foreach (string filling in new[] { "x", "é", "—", "😀" })
        {
            string prefix = name is "a.tsv" or "a.csv" ? before[..(before.IndexOf('\n', StringComparison.Ordinal) + 1)] : "";
            string row = before[prefix.Length..];
            int count = (Limit - row.TrimStart('\n').Length - after.Length) / filling.Length;
            string good = row + string.Concat(Enumerable.Repeat(filling, count)) + after;
            string bad = row + string.Concat(Enumerable.Repeat(filling, count + 1)) + after;
            (string open, string comma, string close) = name == "a.json" ? ("[", ",\n", "]") : ("", "\n", "");
            DataFileOptions options = new() { MaxRowLength = Limit };
            Assert.Equal(2, ReaderFiles.Read(_files.Write(name, prefix + open + good + comma + good + close), options).Count());
            string message = ReaderFiles.Fails(_files.Write(name, prefix + open + good + comma + bad + close), place + ": the row is", options, "longer than 2000 characters");
            Assert.Contains("MaxRowLength", message, StringComparison.Ordinal);
            ReaderFiles.Fails(_files.Write(name + ".gz", prefix + open + good + comma + bad + close), place + ": the row is", options, "longer than 2000 characters");
        }
    }

    // A gigabyte of one letter is a megabyte of gzip. What matters is that little of it is ever in memory.
    [Theory]
    [InlineData("a.txt.gz", "")]
    [InlineData("a.jsonl.gz", "{\"t\":\"")]
    [InlineData("a.tsv.gz", "a\n")]
    [InlineData("a.csv.gz", "a\n\"")]
    [InlineData("a.csv.gz", "a\n")]
    [InlineData("a.json.gz", "[{\"t\":\"")]
    public void A_line_of_a_gigabyte_is_refused_in_little_memory(string name, string before)
    {
        string path = _files.FilePath(name);
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Fastest))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(before));
        }

        using (FileStream file = new(path, FileMode.Append))
        {
            byte[] member = ReaderFiles.Gzip([.. Enumerable.Repeat((byte)'x', 16 * 1024 * 1024)]);
            for (int i = 0; i < 64; i++)
            {
                file.Write(member);
            }
        }

        long start = GC.GetAllocatedBytesForCurrentThread();
        ReaderFiles.Fails(path, ", ", new DataFileOptions { MaxRowLength = 1024 * 1024 }, "longer than 1048576 characters");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - start;
        Assert.True(allocated < 32 * 1024 * 1024, $"{allocated} bytes were allocated for a limit of 1 MiB.");
    }
}
