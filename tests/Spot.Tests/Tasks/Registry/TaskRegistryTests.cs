using Spot.Tasks;

namespace Spot.Tests.Tasks.Registry;

public sealed class TaskRegistryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_a_task_from_its_own_folder_and_from_the_one_above()
    {
        Write("sst2/train.tsv", "sentence\tlabel\nfine work\t1\ndull \"work\t0\n");
        Write("sst2/dev.tsv", "sentence\tlabel\nbright\t1\n");
        TextTask above = Load("sst2", _folder.Path);
        TextTask own = Load("sst2", Path.Combine(_folder.Path, "sst2"));
        Assert.Equal(above.Fingerprint, own.Fingerprint);
        Assert.Equal([new("sst2 sentence: fine work", "positive"), new("sst2 sentence: dull \"work", "negative")], above.Train);
        Assert.Equal("sst2 sentence: bright", above.Validation[0].Input);
        Assert.Equal(["negative", "positive"], above.Labels);
        Assert.Equal("sentiment", above.Family);
        Assert.Equal(["sst2"], TaskRegistry.Available(_folder.Path));
    }

    [Fact]
    public void The_prefix_can_be_left_out_and_rows_limited()
    {
        Write("sst2/train.csv", "sentence,label\na,1\nb,0\nc,0\n");
        Write("sst2/validation.csv", "sentence,label\nd,1\n");
        TextTask task = Load("sst2", _folder.Path, new TaskLoadOptions { Prefix = false, MaxRows = 2 });
        Assert.Equal(["sentence: a", "sentence: b"], task.Train.Select(example => example.Input));
    }

    [Fact]
    public void Hidden_labels_are_for_test_data_only()
    {
        Write("sst2/train.jsonl", """{"sentence": "a", "label": 1}""");
        Write("sst2/validation.jsonl", """{"sentence": "b", "label": 0}""");
        Write("sst2/test.jsonl", """{"sentence": "c", "label": -1}""");
        Assert.Empty(Load("sst2", _folder.Path).Test);
        Write("sst2/validation.jsonl", """{"sentence": "b", "label": -1}""");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Load("sst2", _folder.Path));
        Assert.Contains("validation.jsonl', line 1: found no label", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stsb", """{"sentence1": "a", "sentence2": "b", "label": 2.5}""", """{"sentence1": "a", "sentence2": "b", "label": -1.0}""")]
    [InlineData("wsc", """{"text": "The dog saw it .", "span1_index": 0, "span1_text": "The dog", "span2_index": 3, "span2_text": "it", "label": 1}""", """{"text": "The dog saw it .", "span1_index": 0, "span1_text": "The dog", "span2_index": 3, "span2_text": "it", "label": -1}""")]
    [InlineData("record", """{"passage": "p", "query": "q", "entities": ["e"], "answers": ["e"], "idx": {"passage": 0, "query": 1}}""", """{"passage": "p", "query": "q", "entities": ["e"], "answers": [], "idx": {"passage": 0, "query": 1}}""")]
    [InlineData("squad", """{"question": "q", "context": "c", "answers": {"text": ["c"]}}""", """{"question": "q", "context": "c", "answers": {"text": []}}""")]
    [InlineData("samsum", """{"dialogue": "d", "summary": "s"}""", """{"dialogue": "d"}""")]
    public void Answers_that_test_data_hide_are_left_out_whatever_their_kind(string name, string row, string hidden)
    {
        Write($"{name}/train.jsonl", row);
        Write($"{name}/validation.jsonl", row);
        Write($"{name}/test.jsonl", $"{row}\n{hidden}\n");
        Assert.Single(Load(name, _folder.Path).Test);
        Write($"{name}/validation.jsonl", hidden);
        if (name is not "record") // where the reference writes a sign for no answer
        {
            Assert.Contains("validation.jsonl', line 1", Assert.Throws<InvalidDataException>(() => Load(name, _folder.Path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_files_of_GLUE_are_read_as_they_are_published()
    {
        Write("CoLA/train.tsv", "s01\t1\t\t\"Who said that?\ns02\t0\t*\tHe did they.\n");
        Write("CoLA/dev.tsv", "s03\t1\t\tFine.\n");
        Write("CoLA/test.tsv", "index\tsentence\n0\tSecret.\n");
        TextTask cola = Load("cola", Path.Combine(_folder.Path, "CoLA"));
        Assert.Equal([new("cola sentence: \"Who said that?", "acceptable"), new("cola sentence: He did they.", "unacceptable")], cola.Train);
        Assert.Equal((1, 0), (cola.Validation.Count, cola.Test.Count));

        const string mrpc = "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\tOne.\t\"Two.\n";
        Write("MRPC/train.tsv", mrpc);
        Write("MRPC/dev.tsv", mrpc);
        Assert.Equal(new TextExample("mrpc sentence1: One. sentence2: \"Two.", "equivalent"), Load("mrpc", Path.Combine(_folder.Path, "MRPC")).Train[0]);

        const string mnli = "index\tsentence1\tsentence2\tlabel1\tgold_label\n0\tPremise.\tHypothesis.\tneutral\tcontradiction\n";
        Write("MNLI/train.tsv", mnli);
        Write("MNLI/dev_matched.tsv", mnli);
        Assert.Equal(new TextExample("mnli hypothesis: Hypothesis. premise: Premise.", "contradiction"), Load("mnli", Path.Combine(_folder.Path, "MNLI")).Train[0]);

        const string stsb = "index\tsentence1\tsentence2\tscore\n0\tA.\tB.\t3.3\n";
        Write("STS-B/train.tsv", stsb);
        Write("STS-B/dev.tsv", stsb);
        Assert.Equal("3.2", Load("stsb", Path.Combine(_folder.Path, "STS-B")).Train[0].Target);
    }

    [Fact]
    public void One_task_reads_the_fields_of_either_benchmark()
    {
        Write("rte/train-00000-of-00002.jsonl", """{"premise": "p", "hypothesis": "h", "label": 1}""");
        Write("rte/train-00001-of-00002.jsonl", """{"sentence1": "p2", "sentence2": "h2", "label": "entailment"}""");
        Write("rte/val.jsonl", """{"premise": "p", "hypothesis": "h", "label": 0}""");
        Assert.Equal([new("rte hypothesis: h premise: p", "not_entailment"), new("rte hypothesis: h2 premise: p2", "entailment")], Load("rte_superglue", _folder.Path).Train);
    }

    [Fact]
    public void A_format_of_the_users_own_needs_no_code()
    {
        Write("mine/train.csv", "a,b,gold\nred,blue,n\nred,red,y\n");
        Write("mine/validation.csv", "a,b,gold\nred,green,n\n");
        TextFormat format = TextFormat.FromTemplate("mine", "one: {a} other: {b}", "gold", new Dictionary<string, string> { ["y"] = "same", ["n"] = "different" });
        TextTask task = TaskRegistry.Load(format, _folder.Path, cancellationToken: Cancel);
        Assert.Equal([new("one: red other: blue", "different"), new("one: red other: red", "same")], task.Train);
        Assert.Equal("mine", task.Name);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Assert.Contains("sst2", Assert.Throws<ArgumentException>(() => Load("sst-2", _folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => Load("sst2", Path.Combine(_folder.Path, "none")));
        Write("sst2/train.csv", "sentence,label\na,1\n");
        Assert.Contains("No validation data", Assert.Throws<FileNotFoundException>(() => Load("sst2", _folder.Path)).Message, StringComparison.Ordinal);
        Write("sst2/validation.csv", "text,label\na,1\n");
        Assert.Contains("'sentence'", Assert.Throws<InvalidDataException>(() => Load("sst2", _folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Families_say_what_of_them_is_there()
    {
        foreach (string name in new[] { "cb", "scitail" })
        {
            Write($"{name}/train.jsonl", """{"premise": "a", "hypothesis": "b", "label": 0}""");
            Write($"{name}/validation.jsonl", """{"premise": "c", "hypothesis": "d", "label": 1}""");
        }

        TaskFamily nli = TaskFamily.Named("nli");
        (IReadOnlyList<string> found, IReadOnlyList<string> missing, IReadOnlyList<string> standIns) = nli.In(_folder.Path);
        Assert.Equal(["cb"], found);
        Assert.Equal(["scitail"], standIns);
        Assert.Equal(nli.Members.Count - 1, missing.Count);
        Assert.Equal(["cb"], nli.Load(_folder.Path, cancellationToken: Cancel).Tasks.Select(task => task.Task.Name));
        Assert.Equal(["cb", "scitail"], nli.Load(_folder.Path, standIns: true, cancellationToken: Cancel).Tasks.Select(task => task.Task.Name));
        Assert.Contains("cnn_dailymail", Assert.Throws<SpotException>(() => TaskFamily.Named("summarisation").Load(_folder.Path, cancellationToken: Cancel)).Message, StringComparison.Ordinal);
        Assert.Contains("superglue", Assert.Throws<ArgumentException>(() => TaskFamily.Named("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_task_of_the_data_sets_is_of_some_kind()
    {
        string[] others = [.. TaskRegistry.Names.Except(TaskFamily.Named("all").Members).Except(TaskFamily.Named("all").StandIns)];
        Assert.All(others, name => Assert.True(name == "c4" || name.EndsWith("_spot", StringComparison.Ordinal), name)); // raw text, and the rows of a member once more
        Assert.All(FormatTable.Data, entry => Assert.NotNull(TaskFamily.Of(entry.Name)));
    }

    [Fact]
    public void The_families_are_those_of_the_paper()
    {
        (string Name, int Members)[] paper = [("glue", 8), ("superglue", 8), ("nli", 7), ("paraphrase", 4), ("sentiment", 5), ("mrqa", 6), ("rainbow", 6), ("translation", 3), ("summarisation", 9), ("gem", 8)];
        Assert.Equal(paper, TaskFamily.All.Take(paper.Length).Select(family => (family.Name, family.Members.Count)));
        Assert.Equal(["abductive_nli", "cosmos_qa", "hellaswag", "piqa", "social_i_qa", "winogrande"], TaskFamily.Named("rainbow").Members);
        Assert.Equal(["cr", "go_emotions", "imdb", "sentiment140", "yelp_2"], TaskFamily.Named("sentiment").Members);
        foreach (TaskFamily family in TaskFamily.All)
        {
            Assert.Empty(family.Members.Concat(family.StandIns).Except(TaskRegistry.Names)); // each has a format
            Assert.Empty(family.Members.Intersect(family.StandIns));
        }

        Assert.Equal(["sentiment", "rainbow", "gem"], new[] { "cr_spot", "hellaswag_spot", "dart" }.Select(TaskFamily.Of));
        Assert.Null(TaskFamily.Of("unknown_spot"));
    }

    [Fact]
    public void The_documents_table_has_every_member_in_the_row_of_its_mixtures()
    {
        string text = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "data.md"));
        string[][] rows = [.. text.Split("### Every task of the paper")[1].Split("###")[0].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|'))];
        foreach (TaskFamily family in TaskFamily.All.Where(family => family.Name != "all" && PaperFamilies.Benchmarks.Concat(PaperFamilies.Kinds).Contains(family)))
        {
            string[] inTable = [.. rows.Where(row => row[2].Split(',').Any(name => name.Trim() == family.Name)).SelectMany(row => row[1].Trim(' ', '*').Split(',')).Select(name => name.Trim(' ', '`', '*'))];
            Assert.Equal(family.Members.Order(StringComparer.Ordinal), inTable.Order(StringComparer.Ordinal));
        }

        Assert.Equal(16, rows.Count(row => row[1].Trim().EndsWith("` *", StringComparison.Ordinal)));
        Assert.Equal(10, rows.Count(row => row[1].Trim().EndsWith("**", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_style_of_the_authors_is_taken_where_it_is_another()
    {
        foreach (string split in new[] { "train", "validation" })
        {
            Write($"cr/{split}.jsonl", """{"text": "good", "label": 1}""");
            Write($"imdb/{split}.jsonl", """{"text": "bad", "label": 0}""");
            Write($"yelp_polarity/{split}.jsonl", """{"text": "fine", "label": 1}""");
        }

        TaskLoadOptions authors = new() { Style = TaskStyle.Spot };
        TextTask cr = Load("cr", _folder.Path, authors);
        Assert.Equal(("cr_spot", "cr text: good", "sentiment"), (cr.Name, cr.Train[0].Input, cr.Family));
        Assert.Equal(cr.Fingerprint, Load("cr_spot", _folder.Path).Fingerprint);
        Assert.Equal("cr sentence: good", Load("cr", _folder.Path).Train[0].Input);
        Assert.Equal(["cr_spot", "imdb_spot", "yelp_2"], TaskFamily.Named("sentiment").Load(_folder.Path, options: authors, cancellationToken: Cancel).Tasks.Select(task => task.Task.Name));
        Assert.Contains("Spot", Assert.Throws<ArgumentException>(() => Load("cr", _folder.Path, new TaskLoadOptions { Style = (TaskStyle)7 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_several_data_sets_is_read_by_its_subset()
    {
        const string rows = """
            {"subset": "NewsQA", "question": "Who?", "context": "Ann went.", "answers": ["Ann", "Ms Ann"]}
            {"subset": "SQuAD", "question": "Where?", "context": "At sea.", "answers": ["sea"]}
            {"subset": "SQuAD", "question": "When?", "context": "In May.", "answers": ["May"]}
            {"subset": "TriviaQA-web", "question": "What?", "context": "Tea.", "answers": ["Tea"]}
            """;
        Write("mrqa/train.jsonl", rows);
        Write("mrqa/validation.jsonl", rows);
        Assert.Equal(["squad question: Where ? context: At sea . ", "squad question: When ? context: In May . "], Load("mrqa_squad", _folder.Path).Train.Select(example => example.Input));
        TextTask news = Load("mrqa_news_qa", _folder.Path, new TaskLoadOptions { MaxRows = 1 }); // of the task's own rows
        Assert.Equal(["Ann", "Ms Ann"], Assert.Single(news.Train).Answers!);
        Assert.Equal("Tea", Assert.Single(Load("mrqa_trivia_qa", _folder.Path).Train).Target);
        Assert.Throws<InvalidDataException>(() => Load("mrqa_search_qa", _folder.Path));

        // A folder of the task's own comes before the shared one, and its rows need no such field.
        Write("mrqa_search_qa/train.jsonl", """{"question": "Why?", "context": "So.", "answers": ["So"]}""");
        Write("mrqa_search_qa/validation.jsonl", """{"question": "Why?", "context": "So.", "answers": ["So"]}""");
        Assert.Equal("So", Assert.Single(Load("mrqa_search_qa", _folder.Path).Train).Target);
    }

    [Theory]
    [InlineData("cosmos_qa_spot", """{"question": "q", "answer0": "a", "answer1": "b", "answer2": "c", "answer3": "d", "context": "x", "label": 3}""", "\"label\": 3", "\"label\": -1")]
    [InlineData("go_emotions_spot", """{"comment_text": "x", "joy": true}""", ", \"joy\": true", "")]
    [InlineData("cxc", """{"sentence1": "a", "sentence2": "b", "label": 2}""", "\"label\": 2", "\"label\": -1")]
    [InlineData("sentiment140", """{"text": "a", "polarity": 0}""", "\"polarity\": 0", "\"polarity\": -1")]
    [InlineData("common_gen", """{"concepts": ["a"], "target": "b"}""", "\"target\": \"b\"", "\"target\": \"\"")]
    public void Hidden_answers_of_the_authors_forms_are_for_test_data_only(string name, string row, string shown, string hidden)
    {
        string without = row.Replace(shown, hidden, StringComparison.Ordinal);
        string other = name == "sentiment140" ? row.Replace("0}", "4}", StringComparison.Ordinal) : row;
        Write($"{name}/train.jsonl", $"{row}\n{other}\n");
        Write($"{name}/validation.jsonl", row);
        Write($"{name}/test.jsonl", $"{row}\n{without}\n");
        Assert.Single(Load(name, _folder.Path).Test);
        Write($"{name}/validation.jsonl", without);
        Assert.Contains("validation.jsonl', line 1", Assert.Throws<InvalidDataException>(() => Load(name, _folder.Path)).Message, StringComparison.Ordinal);
    }

    private static TextTask Load(string name, string folder, TaskLoadOptions? options = null) => TaskRegistry.Load(name, folder, options, Cancel);

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
