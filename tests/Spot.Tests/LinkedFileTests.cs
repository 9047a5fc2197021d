using Spot.Library;
using Spot.Serialization;
using Spot.Tasks;
using Spot.Tests.Tasks.Readers;
using Spot.Tokenization;
using Records = Spot.Tests.Library.Samples;

namespace Spot.Tests;

/// <summary>Everything that is read may be a link, and so may every folder; what is written replaces a link and never what it leads to.</summary>
public sealed class LinkedFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public LinkedFileTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Vocabulary_and_configuration()
    {
        string source = Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny"), cached = HubCache.Of(source, _folder.Path);
        foreach (string folder in new[] { cached, Linked(cached) })
        {
            Assert.Equal(T5Tokenizer.Load(source).EncodeToIds("a film"), T5Tokenizer.Load(folder).EncodeToIds("a film"));
            Assert.Equal(T5Tokenizer.Load(source).EncodeToIds("a film"), T5Tokenizer.Load(Path.Combine(folder, "spiece.model")).EncodeToIds("a film"));
            Assert.Equal(Spot.Backbone.T5Config.Load(Path.Combine(source, "config.json")), Spot.Backbone.T5Config.Load(Path.Combine(folder, "config.json")));
        }
    }

    [Theory]
    [InlineData("peft/bin")]
    [InlineData("peft/one_submodule")]
    [InlineData("adapters/bin")]
    [InlineData("adapters/safetensors")]
    public void Prompts_of_other_tools(string name)
    {
        string source = Path.Combine(TestPaths.Golden("formats"), name), fingerprint = new('a', 64);
        float[] expected = PromptFile.Read(source, fingerprint, 16).Values.ToArray();
        string cached = HubCache.Of(source, _folder.Path);
        Assert.Equal(expected, PromptFile.Read(cached, fingerprint, 16).Values.ToArray());
        Assert.Equal(expected, PromptFile.Read(Linked(cached), fingerprint, 16).Values.ToArray());
    }

    [Fact]
    public void Prompt_files()
    {
        string source = Path.Combine(_folder.Path, "prompts"), fingerprint = new('a', 64);
        Directory.CreateDirectory(source);
        SoftPrompt prompt = new(1, 2, [3, 4], fingerprint);
        PromptFile.WriteNpy(Path.Combine(source, "a.npy"), prompt);
        PromptFile.WriteSafetensors(Path.Combine(source, "a.safetensors"), prompt);
        string cached = HubCache.Of(source, _folder.Path);
        Assert.All(Directory.EnumerateFiles(cached), file => Assert.Equal([3, 4], PromptFile.Read(file, fingerprint, 2).Values.ToArray()));
    }

    [Fact]
    public void Task_folders_and_data_files_of_every_format()
    {
        string data = Path.Combine(_folder.Path, "data"), row = """{"input": "a", "target": "b"}""", other = """{"input": "c", "target": "d"}""";
        foreach ((string file, string text) in new[]
        {
            ("one/train.jsonl", $"{row}\n{other}"), ("one/validation.jsonl", row), ("one/task.json", """{"name": "uno"}"""),
            ("two/train-00000-of-00002.json", $"[{row}]"), ("two/train-00001-of-00002.json", $"[{row},{other}]"), ("two/validation.csv", "input,target\na,b\n"),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(data, file))!);
            File.WriteAllText(Path.Combine(data, file), text);
        }

        File.WriteAllBytes(Path.Combine(data, "two", "test.jsonl.gz"), Tasks.Readers.ReaderFiles.Gzip(System.Text.Encoding.UTF8.GetBytes(row)));
        string cached = HubCache.Of(data, _folder.Path);
        foreach (string folder in new[] { cached, Linked(cached) })
        {
            IReadOnlyList<TextTask> tasks = TaskFolder.LoadAll(folder);
            Assert.Equal([("uno", 2, 1, 0), ("two", 3, 1, 1)], tasks.Select(task => (task.Name, task.Train.Count, task.Validation.Count, task.Test.Count)));
        }

        string parquet = TestPaths.Golden("parquet"), linked = HubCache.Of(parquet, Path.Combine(_folder.Path, "other"));
        Assert.Equal(Tasks.Readers.ReaderFiles.Read(Path.Combine(parquet, "flat-v2-snappy.parquet")).Count(), Tasks.Readers.ReaderFiles.Read(Path.Combine(linked, "flat-v2-snappy.parquet")).Count());

        // A folder of tasks may itself hold links to folders.
        string several = Directory.CreateDirectory(Path.Combine(_folder.Path, "several")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(several, "three"), Path.Combine(cached, "one"));
        Assert.Equal("uno", Assert.Single(TaskFolder.LoadAll(several)).Name);
    }

    [Fact]
    public async Task A_library_behind_links_is_read_searched_and_changed_and_its_blobs_stay()
    {
        string source = Path.Combine(_folder.Path, "library");
        PromptLibrary library = PromptLibrary.Open(source);
        await library.AddAsync(Records.Record("a"), cancellationToken: Cancel);
        await library.AddAsync(Records.Record("b"), cancellationToken: Cancel);
        string cached = HubCache.Of(source, _folder.Path), blobs = Path.GetFullPath(Path.Combine(cached, "..", "..", "blobs"));
        Dictionary<string, byte[]> before = Directory.EnumerateFiles(blobs).ToDictionary(file => file, File.ReadAllBytes);

        PromptLibrary linked = PromptLibrary.Open(cached);
        Assert.Empty(linked.Problems);
        Records.AssertEqual(Records.Record("a"), await linked.GetAsync("a", Cancel));
        Assert.Equal(2, (await linked.SearchAsync(Records.Query("q"), new() { K = 5 }, Cancel)).Count);
        await linked.AddAsync(Records.Record("a", "other numbers"), replace: true, cancellationToken: Cancel);
        Records.AssertEqual(Records.Record("a", "other numbers"), await PromptLibrary.Open(cached).GetAsync("a", Cancel));
        Assert.True(await linked.RemoveAsync("b", Cancel));
        foreach ((string file, byte[] bytes) in before.Where(file => !IsIndex(cached, file.Key)))
        {
            Assert.Equal(bytes, File.ReadAllBytes(file));
        }
    }

    [Fact]
    public async Task A_library_whose_folder_is_a_link_sees_what_others_put_there()
    {
        string real = Directory.CreateDirectory(Path.Combine(_folder.Path, "real")).FullName, link = Path.Combine(_folder.Path, "link");
        Directory.CreateSymbolicLink(link, real);
        PromptLibrary mine = PromptLibrary.Open(link + Path.DirectorySeparatorChar, backboneFingerprint: null, fewRecords: 0);
        await mine.AddAsync(Records.Record("a"), cancellationToken: Cancel);
        Assert.Single(await mine.SearchAsync(Records.Query("q"), new() { K = 5 }, Cancel));

        // As a copy tool would put it there: without Spot, so that only the folder's time stamp tells.
        PromptLibrary other = PromptLibrary.Open(Path.Combine(_folder.Path, "other"));
        await other.AddAsync(Records.Record("b"), cancellationToken: Cancel);
        foreach (string file in Directory.EnumerateFiles(other.Folder, "b.*"))
        {
            File.Copy(file, Path.Combine(real, Path.GetFileName(file)));
        }

        Directory.SetLastWriteTimeUtc(real, DateTime.UtcNow.AddSeconds(5));
        PromptLibrary again = PromptLibrary.Open(link, backboneFingerprint: null, fewRecords: 0);
        Assert.Equal(["a", "b"], (await again.ListAsync(Cancel).Select(info => info.Id).ToListAsync(Cancel)).Order());
        Assert.Equal(2, (await again.SearchAsync(Records.Query("q"), new() { K = 5 }, Cancel)).Count);
    }

    [Fact]
    public void Writing_replaces_the_link_and_not_what_it_leads_to()
    {
        string target = Path.Combine(_folder.Path, "target"), link = Path.Combine(_folder.Path, "link");
        File.WriteAllText(target, "kept");
        File.CreateSymbolicLink(link, target);
        Assert.False(AtomicFile.Write(link, stream => stream.Write("new"u8), overwrite: false));
        Assert.True(AtomicFile.Write(link, stream => stream.Write("new"u8)));
        Assert.Equal(("new", null, "kept"), (File.ReadAllText(link), new FileInfo(link).LinkTarget, File.ReadAllText(target)));
    }

    private static bool IsIndex(string cached, string blob) => Directory.EnumerateFiles(Path.Combine(cached, ".spot"), "*", SearchOption.AllDirectories)
        .Any(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName == blob);

    private string Linked(string folder)
    {
        string link = Path.Combine(_folder.Path, "mine");
        if (!Directory.Exists(link))
        {
            Directory.CreateSymbolicLink(link, folder);
        }

        return link;
    }
}
