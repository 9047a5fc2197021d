using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Parquet.Serialization;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class DataFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Contents() => new()
    {
        { "a.jsonl", "{\"a\": \"x, \\\"y\\\"\", \"n\": 1}\n\n{\"a\": \"ü\\nz\", \"n\": -1}\r\n" },
        { "a.ndjson", "\uFEFF{\"a\": \"x, \\\"y\\\"\", \"n\": 1}\n{\"a\": \"ü\\nz\", \"n\": -1}" },
        { "a.json", "[{\"a\": \"x, \\\"y\\\"\", \"n\": 1},\n {\"a\": \"ü\\nz\", \"n\": -1}]" },
        { "a.csv", "a,n\n\"x, \"\"y\"\"\",1\n\"ü\nz\",-1\n" },
        { "a.csv", "\uFEFFa,n\r\n\"x, \"\"y\"\"\",1\r\n\"ü\nz\",-1" },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void Every_format_gives_the_same_rows(string name, string content)
    {
        string plain = Write(name, content), packed = Pack(name + ".gz", Encoding.UTF8.GetBytes(content));
        foreach (string path in new[] { plain, packed })
        {
            DataRow[] rows = Read(path);
            Assert.Equal(["x, \"y\"", "ü\nz"], rows.Select(row => (string)row.Fields["a"]!));
            Assert.Equal(["1", "-1"], rows.Select(row => row.Fields["n"]!.ToString()));
            Assert.All(rows, row => Assert.StartsWith($"'{path}', ", row.Place, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Glue_files_are_not_quoted()
    {
        string path = Write("train.tsv", "gj04\t1\t\t\"They drank, the pub dry\nks08\t0\t*\tThe book \"fell\n");
        DataRow[] rows = Read(path, new DataFileOptions { HasHeader = false, Columns = ["source", "label", "mark", "sentence"] });
        Assert.Equal(["\"They drank, the pub dry", "The book \"fell"], rows.Select(row => (string)row.Fields["sentence"]!));
        Assert.Equal(["1", "0"], rows.Select(row => (string)row.Fields["label"]!));
        Assert.Equal(["0", "1", "2", "3"], Read(path, new DataFileOptions { HasHeader = false })[0].Fields.Select(field => field.Key));
        Assert.Equal($"'{path}', line 2", rows[1].Place);
    }

    [Fact]
    public void Text_is_a_row_a_line()
    {
        string path = Write("corpus.txt", "one\r\n\ntwo  \n");
        Assert.Equal(["one", "two  "], Read(path).Select(row => (string)row.Fields["text"]!));
        Assert.Equal($"'{path}', line 3", Read(path)[1].Place);
    }

    [Fact]
    public async Task Parquet_has_numbers_lists_and_records()
    {
        Question[] rows =
        [
            new() { question = "who?", label = 1, score = 2.5, sure = true, answers = new() { text = ["a", "b"], answer_start = [3, 7] } },
            new() { question = "why?", label = -1, score = 0, sure = null, answers = new() { text = ["c"], answer_start = [0] } },
        ];
        string path = Path.Combine(_folder.Path, "train.parquet");
        await using (FileStream file = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(rows, file, cancellationToken: Cancel);
        }

        foreach (string from in new[] { path, Pack("packed.parquet.gz", await File.ReadAllBytesAsync(path, Cancel)) })
        {
            DataRow[] found = Read(from);
            Assert.Equal(["who?", "why?"], found.Select(row => (string)row.Fields["question"]!));
            Assert.Equal("""{"text":["a","b"],"answer_start":[3,7]}""", found[0].Fields["answers"]!.ToJsonString());
            Assert.Equal(["1", "2.5", "true"], new[] { "label", "score", "sure" }.Select(name => found[0].Fields[name]!.ToJsonString()));
            Assert.Null(found[1].Fields["sure"]);
            Assert.Equal($"'{from}', row 2", found[1].Place);
            Assert.Equal(["a", "b"], TextFormat.Named("squad").Apply(Row(found[0])).Single().Answers!);
        }

        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Cancel))[..^9], Cancel);
        Assert.Contains($"'{path}' cannot be read as Parquet", Assert.Throws<InvalidDataException>(() => Read(path)).Message, StringComparison.Ordinal);

        static DataRow Row(DataRow row) => row with { Fields = new JsonObject { ["question"] = row.Fields["question"]!.DeepClone(), ["context"] = "", ["answers"] = row.Fields["answers"]!.DeepClone() } };
    }

    public static TheoryData<string, string, string> Broken() => new()
    {
        { "a.jsonl", "{\"a\": 1}\n{\"a\": \n", "line 2: expected a JSON object" },
        { "a.jsonl", "{\"a\": 1}\n[1]\n", "line 2: expected a JSON object" },
        { "a.jsonl", "{\"a\": 1, \"a\": 2}\n", "line 1: expected a JSON object" },
        { "a.jsonl", "\n \n", "holds no rows" },
        { "a.json", "[{\"a\": 1},\n {\"a\": ]", "line 2: expected a JSON array" },
        { "a.json", "{\"a\": 1}", "line 1: expected a JSON array" },
        { "a.json", "[{\"a\": 1}, 2]", "row 2: expected a JSON object" },
        { "a.json", "[{\"a\": 1, \"a\": 2}]", "expected a JSON" },
        { "a.json", "[{\"a\": 1}", "expected a JSON array" },
        { "a.csv", "a,b\n1,2\n3\n", "line 3: found 1 fields, expected 2 (a, b)" },
        { "a.csv", "a,b\n1,\"2\n3,4\n", "line 2: found a quote that is not closed" },
        { "a.csv", "a,a\n1,2\n", "line 1: the header has the column 'a' twice" },
        { "a.csv", "a,\n1,2\n", "line 1: the header has a column without a name" },
        { "a.csv", "a,b\n", "holds no rows" },
        { "a.csv", "a,b\n\"x\ny\",1\n2\n", "line 4: found 1 fields" },
        { "a.tsv", "a\tb\n1\t2\t3\n", "line 2: found 3 fields, expected 2" },
        { "a.txt", "", "holds no rows" },
        { "a.parquet", "PAR1 no parquet at all", "cannot be read as Parquet" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_wrong_is_told_with_its_place(string name, string content, string message)
    {
        string path = Write(name, content);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.csv")]
    [InlineData("a.txt")]
    public void Bytes_that_are_no_text_are_told_with_their_line(string name)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(name == "a.jsonl" ? "{\"a\": 1}\n{\"a\": \"" : "a\nb"), 0xC3, 0x28, .. "\"}\n"u8]);
        Assert.Contains("line 2: byte", Assert.Throws<InvalidDataException>(() => Read(path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, [0xFF, 0xFE, 0x61, 0x00]);
        Assert.Contains("UTF-16", Assert.Throws<InvalidDataException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_archive_says_how_far_it_is_good()
    {
        string content = string.Concat(Enumerable.Range(0, 5000).Select(i => $"{{\"a\": {i * 7919L % 10007}}}\n"));
        string path = Pack("a.jsonl.gz", Encoding.UTF8.GetBytes(content));
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        File.WriteAllText(path, "not packed");
        Assert.Contains("no whole gzip file", Assert.Throws<InvalidDataException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl.gz", "{\"a\": \"")]
    [InlineData("a.json.gz", "[{\"a\": \"")]
    [InlineData("a.csv.gz", "a,b\n1,\"")]
    [InlineData("a.tsv.gz", "a\tb\n1\t")]
    [InlineData("a.txt.gz", "")]
    public void A_line_without_end_is_not_read_to_its_end(string name, string start)
    {
        string path = Path.Combine(_folder.Path, name);
        using (GZipStream packed = new(File.Create(path), CompressionLevel.Fastest))
        {
            packed.Write(Encoding.UTF8.GetBytes(start));
            byte[] block = new byte[1 << 20];
            Array.Fill(block, (byte)'x');
            for (int i = 0; i < 1024; i++)
            {
                packed.Write(block); // 1 GB
            }
        }

        long before = GC.GetTotalAllocatedBytes();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(path));
        Assert.Contains("MaxRowLength", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 400L << 20);
    }

    [Fact]
    public void Names_say_formats_and_splits_have_one_file()
    {
        Assert.Equal(DataFileFormat.Parquet, DataFile.FormatOf("x.PARQUET"));
        Assert.Equal(DataFileFormat.JsonLines, DataFile.FormatOf("x.jsonl.gz"));
        Assert.Contains(".tsv", Assert.Throws<ArgumentException>(() => DataFile.FormatOf("x.xls")).Message, StringComparison.Ordinal);
        Assert.Null(DataFile.Find(_folder.Path, "train"));
        string path = Write("train.csv", "a\n1\n");
        Assert.Equal(path, DataFile.Find(_folder.Path, "train"));
        Write("train.tsv", "a\n1\n");
        Assert.Contains("train.csv and train.tsv", Assert.Throws<InvalidDataException>(() => DataFile.Find(_folder.Path, "train")).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => DataFile.Read(Path.Combine(_folder.Path, "none.csv"), cancellationToken: Cancel));
        Assert.Throws<FileNotFoundException>(() => DataFile.Read(_folder.Path, new DataFileOptions { Format = DataFileFormat.Csv }, Cancel));
    }

    [Fact]
    public void Reading_can_be_cancelled()
    {
        string path = Write("a.txt", "one\ntwo\n");
        using CancellationTokenSource source = new();
        using IEnumerator<DataRow> rows = DataFile.Read(path, cancellationToken: source.Token).GetEnumerator();
        Assert.True(rows.MoveNext());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => rows.MoveNext());
    }

    private static DataRow[] Read(string path, DataFileOptions? options = null) => [.. DataFile.Read(path, options, Cancel)];

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, content);
        return path;
    }

    private string Pack(string name, byte[] content)
    {
        string path = Path.Combine(_folder.Path, name);
        using GZipStream packed = new(File.Create(path), CompressionLevel.Fastest);
        packed.Write(content);
        return path;
    }

#pragma warning disable IDE1006, SA1300 // the names of the data hub's columns
    private sealed class Question
    {
        public string? question { get; set; }

        public long label { get; set; }

        public double score { get; set; }

        public bool? sure { get; set; }

        public Answers? answers { get; set; }
    }

    private sealed class Answers
    {
        public List<string>? text { get; set; }

        public List<int>? answer_start { get; set; }
    }
#pragma warning restore IDE1006, SA1300
}
