using System.Text.Json.Nodes;
using Parquet;
using Parquet.Serialization;
using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class ParquetFileTests : IDisposable
{
    private static readonly Row[] Rows =
    [
        new()
        {
            Id = "a", Number = 1, Long = 1L << 40, Score = 0.5, Weight = 0.25f, Flag = true, Ids = [1, 2], Answers = new() { Texts = ["x", "ü"], Starts = [3, 4] },
            Names = ["p", null, "q"], Entities = [new() { Text = "e", Start = 1 }, new() { Text = "f" }], Deep = [[1], [], [2, 3]],
        },
        new() { Id = null, Score = double.NaN, Ids = [], Answers = new() { Texts = [], Starts = [] }, Names = [], Entities = [], Deep = [] },
        new() { Id = "", Number = -7, Names = [null], Answers = new() { Texts = ["one"], Starts = null }, Ids = [9] },
    ];

    private static readonly string[] Expected =
    [
        """{"Id":"a","Number":1,"Long":1099511627776,"Score":0.5,"Weight":0.25,"Flag":true,"Ids":[1,2],"Answers":{"Texts":["x","\u00FC"],"Starts":[3,4]},"Names":["p",null,"q"],"Entities":[{"Text":"e","Start":1},{"Text":"f","Start":null}],"Deep":[[1],[],[2,3]]}""",
        """{"Id":null,"Number":null,"Long":0,"Score":null,"Weight":0,"Flag":false,"Ids":[],"Answers":{"Texts":[],"Starts":[]},"Names":[],"Entities":[],"Deep":[]}""",
        """{"Id":"","Number":-7,"Long":0,"Score":0,"Weight":0,"Flag":false,"Ids":[9],"Answers":{"Texts":["one"],"Starts":null},"Names":[null],"Entities":null,"Deep":null}""",
    ];

    private readonly ReaderFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1, CompressionMethod.None)]
    [InlineData(2, CompressionMethod.Snappy)]
    [InlineData(100, CompressionMethod.Zstd)]
    public async Task Values_lists_and_structures_are_read_group_by_group(int groupSize, CompressionMethod compression)
    {
        byte[] bytes = await Bytes(Rows, groupSize, compression);
        foreach (string path in new[] { _files.Write("a.parquet", bytes), _files.Write("a.parquet.gz", bytes) })
        {
            DataRow[] rows = [.. ReaderFiles.Read(path)];
            Assert.Equal(Expected, ReaderFiles.Json(rows));
            Assert.Equal([$"'{path}', row 1", $"'{path}', row 2", $"'{path}', row 3"], rows.Select(row => row.Place));
        }
    }

    [Fact]
    public async Task Many_repeated_values_of_many_groups_are_in_order()
    {
        Row[] rows = [.. Enumerable.Range(0, 5000).Select(i => new Row { Id = i % 3 == 0 ? null : $"word {i % 7}", Number = i, Names = [.. Enumerable.Range(0, i % 4).Select(k => k == 1 ? null : $"n{k}")] })];
        DataRow[] read = [.. ReaderFiles.Read(_files.Write("a.parquet", await Bytes(rows, 999, CompressionMethod.Gzip)))];
        Assert.Equal(rows.Select(row => (row.Id, row.Number!.Value, string.Join('|', row.Names!.Select(name => name ?? "-")))), read.Select(row =>
            (row.Fields["Id"]?.GetValue<string>(), row.Fields["Number"]!.GetValue<int>(), string.Join('|', row.Fields["Names"]!.AsArray().Select(name => name?.GetValue<string>() ?? "-")))));
    }

    [Fact]
    public void Files_of_another_program_are_read()
    {
        JsonObject[] expected = [.. File.ReadLines(Golden("expected.jsonl")).Select(line => (JsonObject)JsonNode.Parse(line)!)];
        string[] paths = [.. Directory.GetFiles(TestPaths.Golden("parquet"), "*-v?-*.parquet")];
        Assert.NotEmpty(paths);
        foreach (string path in paths)
        {
            JsonObject[] found = [.. ReaderFiles.Read(path).Select(row => row.Fields)];
            Assert.Equal(expected.Length, found.Length);
            foreach ((JsonObject wanted, JsonObject row) in expected.Zip(found))
            {
                Assert.NotEmpty(row);
                Assert.All(row, field => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(wanted[field.Key]?.ToJsonString() ?? "null"), JsonNode.Parse(field.Value?.ToJsonString() ?? "null")), $"{path}: {wanted} <> {row}"));
            }
        }
    }

    [Theory]
    [InlineData("lists-v2.parquet", "lists in data pages of version 2")]
    [InlineData("booleans-v2.parquet", "truth values of 'flag' are written as runs")]
    public void What_would_be_read_wrongly_is_refused(string name, string problem)
    {
        Assert.True(File.Exists(Golden(name)));
        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => ReaderFiles.Read(Golden(name)).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_files_are_refused()
    {
        byte[] bytes = await Bytes(Rows, 2, CompressionMethod.Snappy);
        ReaderFiles.Fails(_files.Write("a.parquet", "id,text\n1,not columns\n"), " is no Parquet file: found no PAR1 at its beginning", null);
        ReaderFiles.Fails(_files.Write("a.parquet", ""), " is no Parquet file: found only 0 bytes", null);
        ReaderFiles.Fails(_files.Write("a.parquet", bytes[..^9]), " is no Parquet file: found no PAR1 at its end", null);
        ReaderFiles.Fails(_files.WriteRaw("a.parquet.gz", ReaderFiles.Gzip(bytes)[..^9]), ": the gzip data is damaged", null);
        ReaderFiles.Fails(_files.Write("a.parquet", await Bytes([], 2, CompressionMethod.Snappy)), " holds no rows", null);
        byte[] length = [.. bytes];
        length[^5] = 0x7F;
        ReaderFiles.Fails(_files.Write("a.parquet", length), ": cannot be read as Parquet", null);
    }

    [Fact]
    public async Task Damage_of_any_byte_is_an_error_of_the_data_or_other_values()
    {
        byte[] bytes = await Bytes(Rows, 2, CompressionMethod.Snappy);
        Random random = new(5);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            string path = _files.Write("a.parquet", damaged);
            try
            {
                _ = ReaderFiles.Json(ReaderFiles.Read(path));
            }
            catch (InvalidDataException e)
            {
                Assert.StartsWith($"'{path}'", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static string Golden(string name) => Path.Combine(TestPaths.Golden("parquet"), name);

    private static async Task<byte[]> Bytes(Row[] rows, int groupSize, CompressionMethod compression)
    {
        using MemoryStream stream = new();
        await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { RowGroupSize = groupSize, CompressionMethod = compression }, cancellationToken: TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    internal sealed class Row
    {
        public string? Id { get; set; }

        public int? Number { get; set; }

        public long Long { get; set; }

        public double Score { get; set; }

        public float Weight { get; set; }

        public bool Flag { get; set; }

        public List<int>? Ids { get; set; }

        public AnswerList? Answers { get; set; }

        public List<string?>? Names { get; set; }

        public List<Entity>? Entities { get; set; }

        public List<List<int>>? Deep { get; set; }
    }

    internal sealed class AnswerList
    {
        public List<string>? Texts { get; set; }

        public List<int>? Starts { get; set; }
    }

    internal sealed class Entity
    {
        public string? Text { get; set; }

        public int? Start { get; set; }
    }
}
