using System.Text;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class DataFileTests : IDisposable
{
    private readonly ReaderFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string, string> Formats => new()
    {
        { ".jsonl", "{\"a\": \"1\", \"b\": \"zwei — 2\"}\n\n{\"a\": \"3\", \"b\": \"\"}\n" },
        { ".ndjson", "{\"a\": \"1\", \"b\": \"zwei — 2\"}\r\n \r\n{\"a\": \"3\", \"b\": \"\"}" },
        { ".json", "[{\"a\": \"1\", \"b\": \"zwei — 2\"},\n{\"a\": \"3\", \"b\": \"\"}]\n" },
        { ".json", "{\"a\": \"1\", \"b\": \"zwei — 2\"}\n{\"a\": \"3\", \"b\": \"\"}\n" },
        { ".csv", "a,b\n1,\"zwei — 2\"\n\n3,\n" },
        { ".csv", "\"a\",b\r\n1,zwei — 2\r\n3,\"\"" },
        { ".tsv", "a\tb\r\n1\tzwei — 2\r\n\r\n3\t\r\n" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_format_gives_the_same_rows_plain_compressed_and_with_a_mark(string extension, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] marked = [0xEF, 0xBB, 0xBF, .. bytes];
        int cut = bytes.Length / 2;
        byte[] members = [.. ReaderFiles.Gzip(bytes[..cut]), .. ReaderFiles.Gzip([]), .. ReaderFiles.Gzip(bytes[cut..])];
        string[] paths =
        [
            _files.Write("plain" + extension, bytes), _files.Write("marked" + extension, marked), _files.Write("packed" + extension + ".gz", bytes),
            _files.Write("markedpacked" + extension + ".GZ", ReaderFiles.Gzip(marked)), _files.WriteRaw("members" + extension + ".gz", members), _files.WriteRaw("secret" + extension, members),
        ];
        Assert.All(paths, path => Assert.Equal(
            [("1", "zwei — 2"), ("3", "")],
            ReaderFiles.Read(path).Select(row => (row.Fields["a"]!.GetValue<string>(), row.Fields["b"]!.GetValue<string>()))));
    }

    [Fact]
    public void Text_gives_one_field_a_line()
    {
        string path = _files.Write("corpus.txt.gz", "eins \r\n\n\t\n\"zwei\"\u2028 still two");
        DataRow[] rows = [.. ReaderFiles.Read(path)];
        Assert.Equal(["eins ", "\"zwei\"\u2028 still two"], rows.Select(row => row.Fields["text"]!.GetValue<string>()));
        Assert.Equal([$"'{path}', line 1", $"'{path}', line 4"], rows.Select(row => row.Place));
        Assert.All(rows, row => Assert.Single(row.Fields));
    }

    [Theory]
    [InlineData("a.jsonl", DataFileFormat.JsonLines)]
    [InlineData("a.ndjson.gz", DataFileFormat.JsonLines)]
    [InlineData("x/a.JSON", DataFileFormat.JsonArray)]
    [InlineData("a.b.csv.GZ", DataFileFormat.Csv)]
    [InlineData("a.tsv", DataFileFormat.Tsv)]
    [InlineData("a.parquet", DataFileFormat.Parquet)]
    [InlineData("a.txt.gz", DataFileFormat.Text)]
    public void The_name_tells_the_format(string name, DataFileFormat format) => Assert.Equal(format, DataFile.FormatOf(name));

    [Theory]
    [InlineData("a.xlsx")]
    [InlineData("a.gz")]
    [InlineData("train")]
    public void An_unknown_name_is_refused_with_the_known_ones(string name)
    {
        string path = _files.Write(name, "{}");
        Assert.Contains(".jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt, each also with .gz", Assert.Throws<ArgumentException>(() => DataFile.FormatOf(path)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ReaderFiles.Read(path));
        Assert.Single(ReaderFiles.Read(path, new DataFileOptions { Format = DataFileFormat.JsonLines }));
    }

    [Fact]
    public void Wrong_arguments_are_refused_at_once()
    {
        string path = _files.Write("a.csv", "a\n1");
        Assert.Throws<ArgumentNullException>(() => ReaderFiles.Read(null!));
        Assert.Equal(_files.FilePath("b.csv"), Assert.Throws<FileNotFoundException>(() => ReaderFiles.Read(_files.FilePath("b.csv"))).FileName);
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => ReaderFiles.Read(_files.Folder)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ReaderFiles.Read(path, new DataFileOptions { MaxRowLength = 0 }));
        Assert.Throws<ArgumentException>(() => ReaderFiles.Read(path, new DataFileOptions { Format = (DataFileFormat)9 }));
        Assert.Contains("'x' twice", Assert.Throws<ArgumentException>(() => ReaderFiles.Read(path, new DataFileOptions { Columns = ["x", "x"] })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ReaderFiles.Read(path, new DataFileOptions { Columns = ["x", " "] }));
        Assert.Throws<ArgumentException>(() => ReaderFiles.Read(path, new DataFileOptions { Columns = [] }));
    }

    [Fact]
    public void Options_are_copied_and_reading_can_be_repeated_and_cancelled()
    {
        string path = _files.Write("a.csv", "x\n1\n2\n");
        DataFileOptions options = new();
        using CancellationTokenSource source = new();
        IEnumerable<DataRow> rows = DataFile.Read(path, options, source.Token);
        options.HasHeader = false;
        Assert.Equal(2, rows.Count());
        Assert.Equal(2, rows.Count());
        using IEnumerator<DataRow> enumerator = rows.GetEnumerator();
        Assert.True(enumerator.MoveNext());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => enumerator.MoveNext());
        Assert.Throws<OperationCanceledException>(() => rows.First());
    }

    [Theory]
    [InlineData("a.jsonl", "")]
    [InlineData("a.jsonl", "\n  \r\n")]
    [InlineData("a.json", "")]
    [InlineData("a.json", " [ ]\n")]
    [InlineData("a.csv", "")]
    [InlineData("a.csv", "a,b\n\n")]
    [InlineData("a.tsv.gz", "a\tb")]
    [InlineData("a.txt", " \n")]
    [InlineData("a.txt.gz", "")]
    public void A_file_without_rows_is_refused(string name, string text) => ReaderFiles.Fails(_files.Write(name, text), " holds no rows", null);

    [Fact]
    public void Finds_the_one_file_of_a_split()
    {
        Assert.Empty(DataFile.Find(_files.Folder, "train"));
        string train = _files.Write("train.tsv.gz", "x");
        _files.Write("train.md", "x");
        _files.Write("validation.csv", "x");
        Directory.CreateDirectory(_files.FilePath("train.csv"));
        Assert.Equal([train], DataFile.Find(_files.Folder, "train"));
        Assert.Equal([_files.FilePath("validation.csv")], DataFile.Find(_files.Folder, "validation"));
        _files.Write("train.jsonl", "x");
        string message = Assert.Throws<InvalidDataException>(() => DataFile.Find(_files.Folder, "train")).Message;
        Assert.Contains("'train.jsonl' and 'train.tsv.gz'", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => DataFile.Find(_files.Folder, "../train"));
        Assert.Throws<DirectoryNotFoundException>(() => DataFile.Find(_files.FilePath("none"), "train"));
    }

    [Fact]
    public void Finds_the_parts_of_a_split_in_their_order()
    {
        string[] parts = [.. new[] { "train-00001-of-00003.parquet", "train-00000-of-00003-0a1b2c.parquet", "train-00002-of-00003.parquet" }.Select(name => _files.Write(name, "x"))];
        _files.Write("train-extra.parquet", "x");
        string other = _files.Write("train_r1-00000-of-00001.parquet", "x");
        Assert.Equal([parts[1], parts[0], parts[2]], DataFile.Find(_files.Folder, "train"));
        Assert.Equal([other], DataFile.Find(_files.Folder, "train_r1"));
        File.Delete(parts[0]);
        Assert.Contains("the parts 0, 2 of 'train', counted from 0; expected each of 3 once", Assert.Throws<InvalidDataException>(() => DataFile.Find(_files.Folder, "train")).Message, StringComparison.Ordinal);
        _files.Write("train.csv", "x");
        Assert.Contains("'train.csv' and 'train-00000", Assert.Throws<InvalidDataException>(() => DataFile.Find(_files.Folder, "train")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", "{\"t\": \"ok\"}\n{\"t\": \"#\"}\n", ", line 2")]
    [InlineData("a.json", "[{\"t\": \"ok\"},\n{\"t\": \"#\"}]", ", row 2 (line 2)")]
    [InlineData("a.csv.gz", "t\nok\n#\n", ", line 3")]
    [InlineData("a.tsv", "t\nok\n#\n", ", line 3")]
    [InlineData("a.txt", "ok\nok\n#\n", ", line 3")]
    public void Bytes_that_are_no_text_are_refused(string name, string text, string place)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text).Select(value => value == '#' ? (byte)0xE9 : value)];
        ReaderFiles.Fails(_files.Write(name, bytes), place + ": ", null, "UTF-8", "E9");
        foreach (Encoding wide in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 })
        {
            ReaderFiles.Fails(_files.Write(name, [.. wide.GetPreamble(), .. wide.GetBytes(text)]), ", line 1", null, "UTF-16", "Save the file as UTF-8");
            ReaderFiles.Fails(_files.Write(name, wide.GetBytes(text)), ", line 1", null, "UTF-16", "Save the file as UTF-8");
        }
    }
}
