using System.Globalization;
using System.IO.Compression;
using System.Text;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class GzipTests : IDisposable
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i * 7919 % 10007} line {i * 104729L % 65521}\n"))));
    private readonly ReaderFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_place_to_cut_is_noticed()
    {
        byte[] small = ReaderFiles.Gzip(Text[..600]);
        for (int length = 2; length < small.Length; length++)
        {
            ReaderFiles.Fails(_files.WriteRaw("a.txt.gz", small[..length]), ", after line ", null, "the gzip data is damaged: it is cut off, altered");
        }

        byte[] packed = ReaderFiles.Gzip(Text);
        string[] good = Encoding.UTF8.GetString(Text).Split('\n');
        for (int length = 20; length < packed.Length; length += packed.Length / 97)
        {
            string path = _files.WriteRaw("a.txt.gz", packed[..length]);
            List<string> read = [];
            string message = Assert.Throws<InvalidDataException>(() =>
            {
                foreach (DataRow row in ReaderFiles.Read(path))
                {
                    read.Add(row.Fields["text"]!.GetValue<string>());
                }
            }).Message;
            Assert.Contains($"'{path}', after line {read.Count}: the gzip data is damaged", message, StringComparison.Ordinal);
            Assert.Equal(good[..read.Count], read);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(64 * 1024)]
    [InlineData(4 * 1024 * 1024)]
    public void A_decompressor_may_give_its_bytes_in_any_portions(int portion)
    {
        byte[] packed = ReaderFiles.Gzip(Text);
        static Stream Open(byte[] bytes) => new GzipInput(new MemoryStream(bytes), input => new FilledStream(new GZipStream(input, CompressionMode.Decompress)));
        using (Stream whole = Open(packed))
        {
            using MemoryStream read = new();
            whole.CopyTo(read, portion);
            Assert.Equal(Text, read.ToArray());
        }

        foreach (byte[] damaged in new[] { packed[..^1], packed[..^9], packed[..(packed.Length / 2)], [.. packed, 1, 2] })
        {
            using Stream cut = Open(damaged);
            Assert.Contains("it is cut off", Assert.Throws<InvalidDataException>(() => cut.CopyTo(Stream.Null, portion)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a.csv.gz")]
    [InlineData("a.jsonl.gz")]
    [InlineData("a.json.gz")]
    [InlineData("a.tsv.gz")]
    public void Damage_is_told_by_every_format(string name)
    {
        string rows = name.Contains("json", StringComparison.Ordinal) ? "{\"a\": \"b\"}\n" : "a b\n";
        byte[] packed = ReaderFiles.Gzip(Encoding.UTF8.GetBytes((name == "a.json.gz" ? "[" : "") + string.Concat(Enumerable.Repeat(rows, 5000))));
        DataFileOptions options = new() { HasHeader = false };
        if (name != "a.json.gz")
        {
            ReaderFiles.Fails(_files.WriteRaw(name, packed[..^4]), name == "a.csv.gz" ? ", after line 49" : ", after line 5000: the gzip data is damaged", options, "Copy or download");
            packed[^6] ^= 1;
            ReaderFiles.Fails(_files.WriteRaw(name, packed), ", after line ", options, "gzip data is damaged: it is cut off, altered");
        }
        else
        {
            packed = ReaderFiles.Gzip(Encoding.UTF8.GetBytes("[" + string.Join(",\n", Enumerable.Repeat("{\"a\": \"b\"}", 5000)) + "]"));
            ReaderFiles.Fails(_files.WriteRaw(name, packed[..^4]), ", after line 4999: the gzip data is damaged", options);
        }
    }

    [Fact]
    public void What_follows_must_be_gzip_and_the_name_must_be_true()
    {
        byte[] packed = ReaderFiles.Gzip("a\nb\n"u8.ToArray());
        ReaderFiles.Fails(_files.WriteRaw("a.txt.gz", [.. packed, 1, 2, 3]), ", after line ", null, "no gzip data");
        ReaderFiles.Fails(_files.WriteRaw("a.txt.gz", "plain"u8.ToArray()), " is no gzip file", null);
        ReaderFiles.Fails(_files.WriteRaw("a.txt.gz", []), " holds no rows", null);
    }

    /// <summary>Fills every buffer as far as it can, and so joins what one reading of its input gives with what the next one does.</summary>
    private sealed class FilledStream(Stream inner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => inner.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }
}
