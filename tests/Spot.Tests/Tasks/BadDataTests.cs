using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spot.Tasks;
using Spot.Tests.Tasks.Readers;

namespace Spot.Tests.Tasks;

/// <summary>What users have in their files by mistake: each is told with its place and with what to do, in words that are theirs.</summary>
public sealed partial class BadDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Yes", "yes", 3, 3, "only in case, white space or Unicode form")]
    [InlineData("not sure", " not  Sure", 3, 1, "only in case, white space or Unicode form")]
    [InlineData("caf\u00e9", "cafe\u0301", 3, 3, "only in case, white space or Unicode form")]
    [InlineData("positive", "postive", 20, 2, "in one letter")]
    [InlineData("positive", "postiive", 20, 1, "in one letter")]
    [InlineData("sports", "sport", 10, 1, "in one letter")]
    public void Labels_that_nobody_declared_must_not_be_near(string usual, string odd, int usualRows, int oddRows, string difference)
    {
        Assert.SkipWhen(odd == "cafe\u0301" && odd.Normalize() == odd, "This runtime has no tables of Unicode forms (invariant globalization).");
        Train([.. Rows("no", 3), .. Rows(usual, usualRows), .. Rows(odd, oddRows)]);
        string rows = oddRows == 1 ? "1 row" : $"{oddRows} rows";
        string message = Message();
        (string found, string other) = oddRows < usualRows || string.CompareOrdinal(odd, usual) > 0 ? (odd, usual) : (usual, odd);
        Assert.StartsWith($"'{FilePath("train.jsonl")}', line {(found == odd ? 3 + usualRows + 1 : 4)}: found the target '{found}' (", message, StringComparison.Ordinal);
        Assert.Contains($"which differs from '{other}' ({usualRows} rows) {difference}", message, StringComparison.Ordinal);
        Assert.Contains(rows, message, StringComparison.Ordinal);
        Write("task.json", Card(message)); // what the message proposes
        Assert.Equal(new[] { "no", usual, odd }.Order(StringComparer.Ordinal), TaskFolder.Load(_folder.Path).Labels);
    }

    [Theory]
    [InlineData("1 2 3 10 11")]
    [InlineData("A B C")]
    [InlineData("c1 c2 c10")]
    [InlineData("class1 class2")]
    [InlineData("typical atypical")]
    [InlineData("moral amoral immoral")]
    [InlineData("right light night")]
    [InlineData("entailment not_entailment")]
    [InlineData("choice1 choice2")]
    [InlineData("True False")]
    public void Labels_that_are_different_pass_also_when_one_is_rare(string words)
    {
        string[] labels = words.Split(' ');
        Train([.. labels.SelectMany((label, i) => Rows(label, i == 0 ? 200 : 1))]);
        Assert.Equal(labels.Order(StringComparer.Ordinal), TaskFolder.Load(_folder.Path).Labels);
    }

    [Fact]
    public void Labels_of_similar_frequency_are_no_misspelling()
    {
        Train([.. Rows("sports", 9), .. Rows("sport", 1)]);
        Assert.Equal(2, TaskFolder.Load(_folder.Path).Labels.Count);
    }

    [Fact]
    public void No_task_of_the_shared_folder_has_near_labels()
    {
        string? root = TestPaths.Shared("data");
        Assert.SkipWhen(root is null, "The task data are not there; set SPOT_SHARED to the folder that holds 'data'.");
        foreach (string name in TaskRegistry.Available(root!))
        {
            TextTask task = TaskRegistry.Load(name, root!, cancellationToken: TestContext.Current.CancellationToken);
            Dictionary<string, int> counts = task.Train.CountBy(example => example.Target, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
            if (task.Labels.Count > 0 || counts.Count <= TaskFolder.MaxInferredLabels)
            {
                Assert.Equal((name, ""), (name, string.Join(' ', NearLabels.Find(counts))));
            }
        }
    }

    [Fact]
    public void A_task_of_one_label_is_refused()
    {
        Train([.. Rows("yes", 3)]);
        Assert.StartsWith($"'{FilePath("train.jsonl")}': found the target 'yes' in every row, expected at least two labels.", Message(), StringComparison.Ordinal);
        Write("task.json", """{"labels": []}""");
        Assert.Empty(TaskFolder.Load(_folder.Path).Labels);
        Write("task.json", """{"labels": ["yes"]}""");
        Assert.Contains("has one label, 'yes'", Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"label": ["yes", "no"]}""", "found the unknown key 'label'; did you mean 'labels'? Known are name, family, labels, description, format.")]
    [InlineData("""{"Name": "x"}""", "found the unknown key 'Name'; did you mean 'name'?")]
    [InlineData("""{"metrics": ["f1"]}""", "'metrics' is a key of the format; expected it in there: {\"format\": {\"metrics\": …}}")]
    [InlineData("""{"name": "x", "name": "y"}""", "Duplicate")]
    [InlineData("""{"format": {"inputs": "{text}", "target": "t"}}""", "found the unknown key 'inputs'; did you mean 'input'? Known are name, input, clean")]
    [InlineData("""{"format": {"input": "{text}", "target": "t", "prefix": "no"}}""", "'prefix' is \"no\", expected true or false")]
    [InlineData("""{"format": {"input": "{text}", "target": "t", "separator": ";;"}}""", "'separator' is \";;\", expected one character")]
    [InlineData("""{"format": {"input": "{text}"}}""", "found no key 'target'")]
    [InlineData("""{"format": 3}""", "'format' is 3, expected the name of a ready format, or an object")]
    [InlineData("""{"name": 3}""", "'name' is 3, expected a text")]
    [InlineData("{\n\"name\": \"x\"\n\"family\": \"y\"}", "line 3: broken JSON")]
    public void A_card_says_what_is_wrong_with_it(string card, string problem)
    {
        Train([.. Rows("yes", 3), .. Rows("no", 3)]);
        Write("task.json", card);
        Assert.Contains(problem, Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input": "", "target": "yes"}""", "line 2: found an empty input")]
    [InlineData("""{"input": " \n", "target": "yes"}""", "line 2: found an empty input")]
    [InlineData("""{"input": "x", "target": " "}""", "line 2: found an empty target")]
    [InlineData("""{"input": "x\u0000y", "target": "yes"}""", "line 2: found a NUL character in the input")]
    [InlineData("""{"input": "x", "target": "yes\u0000"}""", "line 2: found a NUL character in the target")]
    public void Rows_that_say_nothing_are_refused_or_left_out_on_demand(string odd, string problem)
    {
        Write("train.jsonl", $"{Rows("yes", 1)[0]}\n{odd}\n{Rows("no", 1)[0]}");
        Write("validation.jsonl", Rows("no", 1)[0]);
        Assert.Contains($"'{FilePath("train.jsonl")}', {problem}", Message(), StringComparison.Ordinal);
        TaskLoadOptions skip = new() { SkipEmptyRows = true };
        if (problem.Contains("empty", StringComparison.Ordinal))
        {
            Assert.Contains("SkipEmptyRows", Message(), StringComparison.Ordinal);
            Assert.Equal(2, TaskFolder.Load(_folder.Path, skip).Train.Count);
        }
        else
        {
            Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path, skip));
        }
    }

    [Fact]
    public void Rows_of_a_format_need_something_in_one_field_at_least()
    {
        Write("validation.csv", "question1,question2,label\na,b,0\n");
        Write("train.csv", "question1,question2,label\na,,1\n,b,0\n");
        Assert.Equal(2, TaskRegistry.Load("qqp", _folder.Path, cancellationToken: TestContext.Current.CancellationToken).Train.Count);
        Write("train.csv", "question1,question2,label\na,,1\n, ,0\n");
        string message = Assert.Throws<InvalidDataException>(() => TaskRegistry.Load("qqp", _folder.Path, cancellationToken: TestContext.Current.CancellationToken)).Message;
        Assert.StartsWith($"'{FilePath("train.csv")}', line 3: found nothing in the fields of the input", message, StringComparison.Ordinal);
        TaskLoadOptions skip = new() { SkipEmptyRows = true };
        Assert.Single(TaskRegistry.Load("qqp", _folder.Path, skip, TestContext.Current.CancellationToken).Train);
    }

    [Theory]
    [InlineData("a.csv", "input,target\nx,yes\ny\0,no\n", ", line 3: found a NUL character at byte 2")]
    [InlineData("a.tsv", "input\ttarget\nx\tyes\ny\tn\0o\n", ", line 3: found a NUL character at byte 4")]
    [InlineData("a.txt", "x\ny\n\0\0\0\0\n", ", line 3: found a NUL character at byte 1")]
    [InlineData("a.jsonl", "{\"a\": 1}\n\0\0\0\0", ", line 2: found a NUL character at byte 1")]
    public void Zero_bytes_are_damage(string name, string text, string problem)
    {
        Write(name, text);
        Assert.StartsWith($"'{FilePath(name)}'{problem}", Assert.Throws<InvalidDataException>(() => ReaderFiles.Read(FilePath(name)).ToList()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text,label\nfine,good\ndull,bad\n", """{"format":{"input":"{text}","target":"label","labels":["bad","good"]}}""", "fine", "good")]
    [InlineData("id,Premise,Hypothesis,gold_label\n1,p,h,yes\n2,q,i,no\n", """{"format":{"input":"Premise: {Premise} Hypothesis: {Hypothesis}","target":"gold_label","labels":["no","yes"]}}""", "Premise: p Hypothesis: h", "yes")]
    [InlineData("text;label\nfine and dear;1\ndull;0\n", """{"format":{"input":"{text}","target":"label","separator":";","labels":{"0":"a word for 0","1":"a word for 1"}}}""", "fine and dear", "a word for 1")]
    [InlineData("text\tlabel\nfine\tgood\ndull\tbad\n", """{"format":{"input":"{text}","target":"label","separator":"\t","labels":["bad","good"]}}""", "fine", "good")]
    [InlineData("input,label\nfine,good\ndull,bad\n", """{"format":{"input":"{input}","target":"label","labels":["bad","good"]}}""", "fine", "good")]
    public void Other_columns_get_the_card_that_fits(string file, string card, string input, string target)
    {
        Write("train.csv", file);
        Write("validation.csv", file);
        string message = Message();
        Assert.StartsWith($"'{FilePath("train.csv")}', line ", message, StringComparison.Ordinal);
        Assert.Equal(card, Card(message));
        Write("task.json", Card(message));
        Assert.Equal(new TextExample(input, target), TaskFolder.Load(_folder.Path).Train[0]);
    }

    [Fact]
    public void The_card_that_fits_keeps_what_the_card_says()
    {
        Write("task.json", """{"name": "films", "family": "sentiment", "labels": ["good", "bad"]}""");
        Write("train.jsonl", """{"text": "x", "label": "good"}""");
        Write("validation.jsonl", """{"text": "x", "label": "good"}""");
        string card = Card(Message());
        Assert.Equal("""{"name":"films","family":"sentiment","labels":["good","bad"],"format":{"input":"{text}","target":"label"}}""", card);
        Write("task.json", card);
        Assert.Equal(["good", "bad"], TaskFolder.Load(_folder.Path).Labels);
    }

    [Fact]
    public void Fields_may_be_separated_by_other_characters()
    {
        Write("a.csv", "input;target\n\"a;b\";1,5\n");
        DataRow row = Assert.Single(ReaderFiles.Read(FilePath("a.csv"), new DataFileOptions { Separator = ';' }));
        Assert.Equal("""{"input":"a;b","target":"1,5"}""", row.Fields.ToJsonString());
        Write("a.tsv", "input|target\na|b\n");
        row = Assert.Single(ReaderFiles.Read(FilePath("a.tsv"), new DataFileOptions { Separator = '|' }));
        Assert.Equal("""{"input":"a","target":"b"}""", row.Fields.ToJsonString());
        foreach (char wrong in "\"\n\r\0é")
        {
            Assert.Contains("Separator is U+", Assert.Throws<ArgumentException>(() => ReaderFiles.Read(FilePath("a.csv"), new DataFileOptions { Separator = wrong })).Message, StringComparison.Ordinal);
        }

        Write("a.csv", "input;target\na;1,5\n");
        string ragged = Assert.Throws<InvalidDataException>(() => ReaderFiles.Read(FilePath("a.csv")).ToList()).Message;
        Assert.Contains("found 2 fields, expected 1: input;target.", ragged, StringComparison.Ordinal);
        Assert.EndsWith("""The first line seems to be separated by ';': set DataFileOptions.Separator, or "separator": ";" in the format of task.json.""", ragged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train.jsonl.gz", "", "{\"input\": \"aa\", \"target\": \"yes\"}\n{\"input\": \"bb\", \"target\": \"no\"}\n", "target", "tarket")]
    [InlineData("train.jsonl.gz", "", "{\"input\": \"aa\", \"target\": \"yes\"}\n{\"input\": \"bb\", \"target\": \"no\"}\n", "{", "[")]
    [InlineData("train.csv.gz", "input,target\n", "aa,yes\nbb,no\n", "input", "iNput")]
    [InlineData("train.csv.gz", "input,target\n", "aa,yes\nbb,no\n", ",", ";")]
    public void Damage_of_a_compressed_file_is_told_before_what_comes_of_it(string name, string header, string rows, string from, string to)
    {
        // So long that the first rows are read long before the end. Stored without compression, so that altered bytes come out as they are; only the checksum at the end tells.
        string text = header + string.Concat(Enumerable.Repeat(rows, 20_000));
        byte[] packed = Stored(Encoding.UTF8.GetBytes(text)), was = Encoding.UTF8.GetBytes(from);
        Encoding.UTF8.GetBytes(to).CopyTo(packed.AsSpan(packed.AsSpan().IndexOf(was)));
        File.WriteAllBytes(FilePath(name), packed);
        Write("validation.csv", "input,target\naa,yes\n");
        string message = Message();
        Assert.StartsWith($"'{FilePath(name)}': the gzip data is damaged: ", message, StringComparison.Ordinal);
        Assert.Contains("Copy or download the file again.", message, StringComparison.Ordinal);
        File.WriteAllBytes(FilePath(name), Stored(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));
        Assert.DoesNotContain("gzip", Message(), StringComparison.Ordinal); // whole, so that the text is to blame
    }

    [Theory]
    [InlineData("task.json", "[]")]
    [InlineData("task.json", "null")]
    [InlineData("task.json", """{"name": 3}""")]
    [InlineData("task.json", """{"labels": "good"}""")]
    [InlineData("task.json", """{"labels": {"a": "b"}}""")]
    [InlineData("task.json", """{"labels": ["a", 3]}""")]
    [InlineData("task.json", """{"family": ["a"]}""")]
    [InlineData("task.json", """{"description": 1}""")]
    [InlineData("task.json", """{"format": []}""")]
    [InlineData("task.json", """{"format": "none"}""")]
    [InlineData("task.json", """{"format": {"input": 1, "target": "t"}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": null}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "labels": 3}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "labels": [1, 2]}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "labels": {"1": null}}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "aliases": []}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "columns": "a"}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "group": {"a": 1}}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "metrics": [3]}}""")]
    [InlineData("task.json", """{"format": {"input": "{a}", "target": "t", "kind": "best"}}""")]
    [InlineData("task.json", """{"format": {"inptu": "{a}", "target": "t"}}""")]
    [InlineData("train.jsonl", """{"input": {"a": 1}, "target": "t"}""")]
    [InlineData("train.jsonl", """{"input": "x", "target": ["t"]}""")]
    [InlineData("train.jsonl", """{"input": "x", "input": "y", "target": "t"}""")]
    [InlineData("train.jsonl", """{"input": "\ud800", "target": "t"}""")]
    [InlineData("train.jsonl", "nothing")]
    [InlineData("train.jsonl", "{\"input\": ")]
    [InlineData("train.json", "[{\"input\": 1}")]
    [InlineData("train.csv", "input\n\"x")]
    [InlineData("train.parquet", "PAR1 no parquet PAR1")]
    public void Errors_name_no_type_of_the_program(string file, string text)
    {
        Write("validation.jsonl", Rows("no", 1)[0]);
        if (file == "task.json")
        {
            Train([.. Rows("yes", 1), .. Rows("no", 1)]);
        }

        Write(file, text);
        string message = Message();
        Assert.DoesNotMatch(TypeName(), message);
        Assert.Contains(FilePath(file), message, StringComparison.Ordinal);
    }

    private static byte[] Stored(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionLevel.NoCompression))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static string[] Rows(string target, int count) =>
        [.. Enumerable.Range(0, count).Select(i => $$"""{"input": "text {{i}}", "target": {{JsonSerializer.Serialize(target)}}}""")];

    // The card that a message shows: the last object in it.
    private static string Card(string message)
    {
        string card = message[(message.IndexOf("task.json: {", StringComparison.Ordinal) + "task.json: ".Length)..];
        int length = card.LastIndexOf('}') + 1;
        for (int depth = 0, at = 0; at < card.Length; at++)
        {
            depth += card[at] == '{' ? 1 : card[at] == '}' ? -1 : 0;
            if (depth == 0)
            {
                length = at + 1;
                break;
            }
        }

        return card[..length];
    }

    private string Message() => Assert.Throws<InvalidDataException>(() => TaskFolder.Load(_folder.Path)).Message;

    private string FilePath(string name) => Path.Combine(_folder.Path, name);

    private void Write(string name, string text) => File.WriteAllText(FilePath(name), text);

    private void Train(string[] rows)
    {
        Write("train.jsonl", string.Join('\n', rows));
        Write("validation.jsonl", rows[0]);
    }

    [GeneratedRegex(@"\b(Spot|System|Microsoft|Parquet)\.[A-Z]|FormatSpec|LabelMap|Json(Array|Object|Node|Value)\b|\.NET")]
    private static partial Regex TypeName();
}
