using Spot.Tasks;

namespace Spot.Tests.Tasks.Readers;

public sealed class SeparatedFileTests : IDisposable
{
    private readonly ReaderFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Quoted_rows_of_several_lines_have_the_place_where_they_begin()
    {
        string path = _files.Write("a.csv", "id,\"te\"\"xt\"\r\n1,\"x,\r\n\"\"y\"\"\"\r\n\r\n2, 5\" disk\n");
        DataRow[] rows = [.. ReaderFiles.Read(path)];
        Assert.Equal([("1", "x,\r\n\"y\""), ("2", " 5\" disk")], rows.Select(row => (row.Fields["id"]!.GetValue<string>(), row.Fields["te\"xt"]!.GetValue<string>())));
        Assert.Equal([$"'{path}', line 2", $"'{path}', line 5"], rows.Select(row => row.Place));
        ReaderFiles.Fails(_files.Write("b.csv", "id,text\n1,\"x\n\ny\"\n2\n"), ", line 5: found 1 field, expected 2: id, text.", null);
    }

    [Fact]
    public void Quotes_are_text_in_files_like_those_of_GLUE()
    {
        string cola = _files.Write("cola.tsv", "s01\t1\t\t\"Who said that?\ns02\t0\t*\tHe \"did, they say.\r\ns03\t1\t\t\"Both\"\n");
        Assert.Equal(
            ["\"Who said that?", "He \"did, they say.", "\"Both\""],
            ReaderFiles.Read(cola, new DataFileOptions { HasHeader = false, Columns = ["source", "label", "mark", "sentence"] }).Select(row => row.Fields["sentence"]!.GetValue<string>()));

        string mrpc = _files.Write("mrpc.txt", "\uFEFFQuality\t#1 ID\t#1 String\n1\t12\t\"The end, it said.\n0\t13\tA \"new\" day\"\n");
        DataRow[] rows = [.. ReaderFiles.Read(mrpc, new DataFileOptions { Format = DataFileFormat.Tsv })];
        Assert.Equal([("1", "\"The end, it said."), ("0", "A \"new\" day\"")], rows.Select(row => (row.Fields["Quality"]!.GetValue<string>(), row.Fields["#1 String"]!.GetValue<string>())));
        Assert.EndsWith("line 3", rows[1].Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Quoting_can_be_chosen()
    {
        string tsv = _files.Write("a.tsv", "a\tb\n\"x\ty\"\t\"\"\n");
        Assert.Equal(["x\ty"], ReaderFiles.Read(tsv, new DataFileOptions { Quoted = true }).Select(row => row.Fields["a"]!.GetValue<string>()));
        ReaderFiles.Fails(tsv, ", line 2: found 3 fields, expected 2: a, b.", null, "Quoted");
        string csv = _files.Write("a.csv", "a,b\n\"x,2\"\n");
        Assert.Equal(["\"x"], ReaderFiles.Read(csv, new DataFileOptions { Quoted = false }).Select(row => row.Fields["a"]!.GetValue<string>()));
    }

    [Fact]
    public void Columns_are_named_by_header_options_or_numbers()
    {
        string path = _files.Write("a.csv", "x,y\n1,2\n");
        Assert.Equal(["""{"x":"1","y":"2"}"""], ReaderFiles.Json(ReaderFiles.Read(path)));
        Assert.Equal(["""{"l":"1","r":"2"}"""], ReaderFiles.Json(ReaderFiles.Read(path, new DataFileOptions { Columns = ["l", "r"] })));
        Assert.Equal(["""{"0":"x","1":"y"}""", """{"0":"1","1":"2"}"""], ReaderFiles.Json(ReaderFiles.Read(path, new DataFileOptions { HasHeader = false })));
        ReaderFiles.Fails(path, ", line 1: found 2 fields, expected 3: a, b, c.", new DataFileOptions { Columns = ["a", "b", "c"] });
    }

    [Theory]
    [InlineData("a.csv", "a,b\n1,2\n\n1,2,3\n", ", line 4: found 3 fields, expected 2: a, b.")]
    [InlineData("a.tsv", "a\tb\n1\t2\n1\n", ", line 3: found 1 field, expected 2: a, b.")]
    [InlineData("a.csv", "\na,b,a\n1,2,3\n", ", line 2: found the column 'a' twice")]
    [InlineData("a.csv", ",b\n1,2\n", ", line 1: column 1 has an empty name")]
    [InlineData("a.tsv", "a\t\n1\t2\n", ", line 1: column 2 has an empty name")]
    [InlineData("a.csv", "a,b\n1,2\n3,\"x\n4,5\n", ", line 3: found a quoted field that is never closed")]
    [InlineData("a.csv", "a,\"b\n1,2\n", ", line 1: found a quoted field that is never closed")]
    [InlineData("a.csv", "a,b\n\"x\"y,2\n", ", line 2: found text after the closing quote")]
    public void Damage_is_told_with_its_place(string name, string text, string message)
    {
        ReaderFiles.Fails(_files.Write(name, text), message, null);
        ReaderFiles.Fails(_files.Write(name + ".gz", text), message, null);
    }
}
