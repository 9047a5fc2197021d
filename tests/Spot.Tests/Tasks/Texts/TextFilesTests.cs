using System.IO.Compression;
using System.Text;
using Spot.Tasks;
using Spot.Tests.Tokenization;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tasks.Texts;

public sealed class TextFilesTests : IDisposable
{
    private static readonly T5Tokenizer Tokenizer = Vocabularies.Get(Vocabularies.Tiny);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_window_is_a_function_of_its_number_and_the_seed_whatever_was_read_before()
    {
        string[] files = [.. Enumerable.Range(0, 6).Select(file => Lines($"part-{file}.txt", file, 700, 2000))];
        using TextFiles through = new(files);
        IReadOnlyList<string>[] windows = [.. Enumerable.Range(0, 40).Select(number => through.Window(number, seed: 3))];
        foreach (int number in new[] { 39, 0, 17, 17, 8 })
        {
            using TextFiles resumed = new([.. files.Reverse()]);
            Assert.Equal(windows[number], resumed.Window(number, seed: 3));
            Assert.Equal(windows[number], through.Window(number, seed: 3)); // back and forth
        }

        Assert.NotEqual(windows[0], through.Window(0, seed: 4));
        Assert.NotEqual(windows[0].Order(), windows[0]);
        Assert.All(windows, window => Assert.Equal(through.WindowSize, window.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => through.Window(-1, 0));
    }

    [Theory]
    [InlineData(new[] { 40 }, 0)]
    [InlineData(new[] { 700, 700, 700 }, 0)]
    [InlineData(new[] { 1000, 100, 3 }, 0)]
    [InlineData(new[] { 600, 1200, 300 }, 2000)]
    [InlineData(new[] { 5, 1200, 7, 2, 1800 }, 2000)]
    public void Every_document_comes_about_as_often(int[] sizes, int length)
    {
        string[] files = [.. sizes.Select((size, file) => Lines($"part-{file}.txt", file, size, length))];
        using TextFiles texts = new(files);
        int epochs = 24, all = sizes.Sum(), windows = epochs * all / texts.WindowSize;
        Dictionary<string, int> counts = Enumerable.Range(0, windows).SelectMany(number => texts.Window(number, seed: 0)).CountBy(text => text).ToDictionary();
        double mean = (double)windows * texts.WindowSize / all;
        Assert.Equal(all, counts.Count);
        foreach (IGrouping<string, KeyValuePair<string, int>> file in counts.GroupBy(count => count.Key.Split(' ')[0]))
        {
            Assert.InRange(file.Average(count => count.Value), mean - 2, mean + 2);
            Assert.InRange(file.Max(count => count.Value) - file.Min(count => count.Value), 0, 2);
        }
    }

    [Fact]
    public void Windows_mix_files_and_take_a_file_as_often_as_its_size_says()
    {
        string[] files = [.. Enumerable.Range(0, 5).Select(file => Lines($"part-{file}.txt", file, 512, 2100))];
        using TextFiles texts = new(files);
        Assert.Equal(4, texts.Window(0, seed: 1).Select(text => text.Split(' ')[0]).Distinct().Count());
        string[] first = [.. Enumerable.Range(0, 4).SelectMany(number => texts.Window(number, seed: 1))]; // eight visits of 256 documents: one or two for each file
        Assert.Equal(2048, first.Distinct().Count());
        Assert.Equal([256, 256, 512, 512, 512], first.CountBy(text => text.Split(' ')[0]).Select(count => count.Value).Order());
    }

    [Fact]
    public void The_stream_of_training_goes_on_where_it_was()
    {
        string[] files = [.. Enumerable.Range(0, 3).Select(file => Lines($"part-{file}.txt", file, 900))];
        using TextFiles texts = new(files);
        TextTask task = TextTask.FromStream("c4", texts, ["some words to be judged by"]);
        TrainingOptions options = new TuningOptions { BatchSize = 48, Seed = 5, MaxInputLength = 16, MaxTargetLength = 16 };
        TrainingStream whole = new(task, Tokenizer, options);
        TrainingBatch[] batches = [.. Enumerable.Range(0, 60).Select(step => whole.Batch(step))];
        using TextFiles again = new(files);
        TrainingStream resumed = new(TextTask.FromStream("c4", again, ["x y z"]), Tokenizer, options);
        foreach (int step in new[] { 47, 48, 59, 2 })
        {
            TrainingBatch batch = resumed.Batch(step);
            Assert.Equal(batches[step].Sources.Select(source => source.Input), batch.Sources.Select(source => source.Input));
            Assert.Equal(batches[step].Examples.SelectMany(example => example.Input.Concat(example.Target)), batch.Examples.SelectMany(example => example.Input.Concat(example.Target)));
        }

        Assert.Empty(task.Train);
        Assert.Equal("language modelling", task.Family);
        TaskMixture mixture = new("m", [task, new TextTask("t", ["a", "b"], [new("x", "a")], [new("x", "a")])]);
        Assert.Equal(TaskMixture.DefaultCap, mixture.Rates[0] / mixture.Rates[1], 1e-3);
        TrainingStream limited = new(new TaskMixture("m", [new MixtureTask(task) { Limit = 10 }]), Tokenizer, options);
        Assert.Equal(10, Enumerable.Range(0, 20).SelectMany(step => limited.Batch(step).Sources).Select(source => source.Input).Distinct().Count());
    }

    [Fact]
    public void Documents_that_are_too_short_are_passed_over_and_a_task_of_no_others_is_an_error()
    {
        string file = Path.Combine(_folder.Path, "mixed.txt");
        File.WriteAllText(file, "▁\nsome words that are enough\n\n");
        using TextFiles texts = new([file]);
        TrainingOptions options = new TuningOptions { BatchSize = 8, MaxInputLength = 16, MaxTargetLength = 16 };
        TrainingBatch batch = new TrainingStream(TextTask.FromStream("mixed", texts, ["a b c"]), Tokenizer, options).Batch(0);
        Assert.All(batch.Sources, source => Assert.Equal("some words that are enough", source.Input));
        File.WriteAllText(file, "▁\n");
        using TextFiles none = new([file]);
        TrainingStream empty = new(TextTask.FromStream("mixed", none, ["a b c"]), Tokenizer, options);
        Assert.Contains("none of at least 2 tokens", Assert.Throws<ArgumentException>(() => empty.Batch(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void C4_is_read_by_name_from_the_hubs_files()
    {
        string c4 = Directory.CreateDirectory(Path.Combine(_folder.Path, "c4")).FullName;
        for (int part = 0; part < 3; part++)
        {
            Gzip(Path.Combine(c4, $"c4-train.0000{part}-of-00003.json.gz"), string.Concat(Enumerable.Range(0, 50).Select(row => $$"""{"text": "train {{part}} {{row}} words", "url": "u"}""" + "\n")));
        }

        Gzip(Path.Combine(c4, "c4-validation.00000-of-00001.json.gz"), string.Concat(Enumerable.Range(0, 600).Select(row => $$"""{"text": "held out {{row}}"}""" + "\n")));
        File.WriteAllText(Path.Combine(c4, "meta.json"), """{"rows": 150}""");
        Assert.Equal(["c4"], TaskRegistry.Available(_folder.Path));
        TextTask task = TaskRegistry.Load("c4", _folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(("c4", 0, 512, TextObjective.PrefixLanguageModel), (task.Name, task.Train.Count, task.Validation.Count, task.Objective));
        using TextFiles texts = Assert.IsType<TextFiles>(task.Stream);
        Assert.Equal(3, texts.Files.Count);
        Assert.All(texts.Window(0, 0), text => Assert.StartsWith("train ", text, StringComparison.Ordinal));
        Assert.Equal(task.Fingerprint, TaskRegistry.Load("c4", c4, cancellationToken: TestContext.Current.CancellationToken).Fingerprint);
        Assert.Equal(3, TaskRegistry.Load("c4", c4, new TaskLoadOptions { MaxRows = 3 }, TestContext.Current.CancellationToken).Validation.Count);
        Assert.Empty(TaskLeaks.Find(["c4", "c4"], _folder.Path, cancellationToken: TestContext.Current.CancellationToken));

        File.AppendAllText(Path.Combine(c4, "c4-train.00002-of-00003.json.gz"), "x");
        Assert.NotEqual(task.Fingerprint, TaskRegistry.Load("c4", c4, cancellationToken: TestContext.Current.CancellationToken).Fingerprint);
    }

    [Fact]
    public void Any_folder_of_text_is_a_task_and_its_last_file_is_held_out_where_none_is_named_so()
    {
        Assert.Throws<DirectoryNotFoundException>(() => TextFiles.Task("books", Path.Combine(_folder.Path, "none")));
        Assert.Contains("no file with text", Assert.Throws<FileNotFoundException>(() => TextFiles.Task("books", _folder.Path)).Message, StringComparison.Ordinal);
        Lines("a.txt", 0, 30);
        Assert.Contains("one file with text", Assert.Throws<FileNotFoundException>(() => TextFiles.Task("books", _folder.Path)).Message, StringComparison.Ordinal);
        Lines("b.txt", 1, 30);
        TextTask task = TextFiles.Task("books", _folder.Path, validation: 7, objective: TextObjective.SpanCorruption);
        using TextFiles texts = Assert.IsType<TextFiles>(task.Stream);
        Assert.Equal(["a.txt"], texts.Files.Select(Path.GetFileName));
        Assert.Equal(7, task.Validation.Count);
        Assert.Equal(TextObjective.SpanCorruption, task.Objective);

        File.WriteAllText(Path.Combine(_folder.Path, "c.jsonl"), """{"body": "no text"}""");
        using TextFiles others = new([Path.Combine(_folder.Path, "c.jsonl")]);
        Assert.Contains("found no field 'text'", Assert.Throws<InvalidDataException>(() => others.Window(0, 0)).Message, StringComparison.Ordinal);
        using TextFiles named = new([Path.Combine(_folder.Path, "c.jsonl")], "body");
        Assert.Equal("no text", named.Window(0, 0)[0]);
        Assert.Throws<ArgumentException>(() => new TextFiles([]));
        Assert.Throws<FileNotFoundException>(() => new TextFiles([Path.Combine(_folder.Path, "d.txt")]));
    }

    /// <summary>What is allocated and kept does not grow with the files.</summary>
    [Fact]
    public void Large_files_are_not_kept_in_memory()
    {
        string[] files = [.. Enumerable.Range(0, 4).Select(file => Lines($"part-{file}.txt", file, 20_000, 400))]; // 32 MB
        using TextFiles texts = new(files);
        texts.Window(0, 0);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int number = 1; number < 120; number++)
        {
            texts.Window(number, 0);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 << 20);
    }

    private string Lines(string name, int file, int count, int length = 0)
    {
        string path = Path.Combine(_folder.Path, name);
        string rest = new('x', length);
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(line => $"file{file} line {line} {rest}"));
        return path;
    }

    private static void Gzip(string path, string text)
    {
        using GZipStream stream = new(File.Create(path), CompressionLevel.Fastest);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
