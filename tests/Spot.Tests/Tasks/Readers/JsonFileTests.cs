using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class JsonFileTests : IDisposable
{
    private const string Nested = """{"id":7,"score":0.5,"ok":true,"none":null,"answers":{"text":["a }] \"b\\","é"],"answer_start":[1,2]}}""";
    private readonly ReaderFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Lines_keep_types_and_nesting_and_know_their_lines()
    {
        string path = _files.Write("a.jsonl", $"\n{Nested}\n\n{Nested}");
        DataRow[] rows = [.. ReaderFiles.Read(path)];
        Assert.All(rows, row => Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(Nested), row.Fields)));
        Assert.Equal([$"'{path}', line 2", $"'{path}', line 4"], rows.Select(row => row.Place));
    }

    [Theory]
    [InlineData("[{0},{0}]", 1, 1)]
    [InlineData(" [\n{0}\n,\r\n\t{0} ] \n", 2, 4)]
    public void Arrays_keep_types_and_nesting_and_know_rows_and_lines(string layout, int firstLine, int secondLine)
    {
        string path = _files.Write("a.json", layout.Replace("{0}", Nested, StringComparison.Ordinal));
        DataRow[] rows = [.. ReaderFiles.Read(path)];
        Assert.All(rows, row => Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(Nested), row.Fields)));
        Assert.Equal([$"'{path}', row 1 (line {firstLine})", $"'{path}', row 2 (line {secondLine})"], rows.Select(row => row.Place));
    }

    [Theory]
    [InlineData("{\"a\": 1", "broken JSON")]
    [InlineData("{\"a\": 1}, ", "broken JSON")]
    [InlineData("{\"a\": NaN}", "broken JSON")]
    [InlineData("{\"a\": 1, \"a\": 2}", "broken JSON")]
    [InlineData("{\"a\": \"\\ud800\"}", "broken JSON")]
    [InlineData("{\"a\": [{\"b\": \"\\udc00\"}]}", "broken JSON")]
    [InlineData("a,b", "broken JSON")]
    [InlineData("null", "found null")]
    [InlineData("[1, 2]", "found an array")]
    [InlineData("\"text\"", "found the value \"text\"")]
    [InlineData("17", "found the value 17")]
    public void A_bad_line_is_refused_with_its_place(string line, string found)
    {
        string message = ReaderFiles.Fails(_files.Write("a.jsonl", $"{{}}\n\n{line}\n{{}}"), ", line 3: ", null, found, "expected one object a line");
        Assert.DoesNotContain("LineNumber", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{}\n{}]", ", line 2: found '{' after row 1, expected a comma or ]")]
    [InlineData("[{},\n]", ", line 2: found ], expected an object")]
    [InlineData("[{},\n3]", ", row 2 (line 2): found '3'")]
    [InlineData("[{},\nnull]", ", row 2 (line 2): found 'n'")]
    [InlineData("[{},\n[{}]]", ", row 2 (line 2): found '['")]
    [InlineData("[{},\n", ", row 2 (line 2): found the file's end")]
    [InlineData("[{}\n", ", line 2: found the file's end")]
    [InlineData("[{},\n{\"a\": \"x}]", ", row 2 (line 2): the file ends inside")]
    [InlineData("[{},\n{\"a\": \"\\", ", row 2 (line 2): the file ends inside")]
    [InlineData("[{},\n{\"a\": [}]]", ", row 2 (line 2): broken JSON")]
    [InlineData("[{},\n{\"a\" 1}]", ", row 2 (line 2): broken JSON")]
    [InlineData("[{}]\n{}", ", line 2: found '{' after the array's end")]
    [InlineData("\n17", ", line 2: found '1', expected the [")]
    public void A_bad_array_is_refused_with_its_place(string text, string message) => ReaderFiles.Fails(_files.Write("a.json", text), message, null);

    [Fact]
    public void What_is_named_as_an_array_may_be_lines_unless_the_format_is_given()
    {
        string path = _files.Write("a.json.gz", "\n {\"a\": 1}\n{\"a\": 2}");
        Assert.Equal(["""{"a":1}""", """{"a":2}"""], ReaderFiles.Json(ReaderFiles.Read(path)));
        ReaderFiles.Fails(path, ", line 2: found '{', expected the [", new DataFileOptions { Format = DataFileFormat.JsonArray }, "JsonLines");
        ReaderFiles.Fails(_files.Write("a.jsonl", "[{}]"), ", line 1: found an array", null, "set DataFileOptions.Format to JsonArray");
    }
}
