using System.Text.Json.Nodes;
using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibraryDamageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_changed_or_missing_byte_of_the_numbers_is_noticed()
    {
        using TempFolder folder = new();
        await PromptLibrary.Open(folder.Path).AddAsync(Samples.Record("x"), cancellationToken: Token);
        string payload = Assert.Single(Directory.GetFiles(folder.Path, "*.safetensors"));
        byte[] whole = await File.ReadAllBytesAsync(payload, Token);
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x10;
            await File.WriteAllBytesAsync(payload, changed, Token);
            InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => library.GetAsync("x", Token));
            Assert.Contains(payload, error.Message, StringComparison.Ordinal);
            await File.WriteAllBytesAsync(payload, whole.AsMemory(0, i), Token);
            await Assert.ThrowsAsync<InvalidDataException>(() => library.GetAsync("x", Token));
        }

        await File.WriteAllBytesAsync(payload, whole, Token);
        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // then the index has to be made of what is there
    public async Task Search_sets_damaged_numbers_aside_and_goes_on(bool withIndex)
    {
        using TempFolder folder = new();
        PromptLibrary writer = PromptLibrary.Open(folder.Path);
        foreach (string id in new[] { "a", "b", "c" })
        {
            await writer.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        string payload = Assert.Single(Directory.GetFiles(folder.Path, "b.*.safetensors"));
        byte[] bytes = await File.ReadAllBytesAsync(payload, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(payload, bytes, Token);
        if (!withIndex)
        {
            Directory.Delete(Path.Combine(folder.Path, ".spot"), recursive: true);
        }

        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Empty(library.Problems);
        Assert.Equal(["a", "c"], (await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Select(match => match.Info.Id).Order());
        Assert.Equal(payload, Assert.Single(library.Problems).Path);
        Assert.Equal(["a", "c"], await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        await Assert.ThrowsAsync<InvalidDataException>(() => library.GetAsync("b", Token));
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("b"), cancellationToken: Token));
        await library.AddAsync(Samples.Record("b"), replace: true, Token);
        Assert.Empty(library.Problems);
        Assert.Equal(3, (await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
    }

    public static TheoryData<string, string> Edits() => new()
    {
        { "format", "2" },
        { "format", "0" },
        { "id", "\"other\"" },
        { "id", "null" },
        { "task", "null" },
        { "task", "\" \"" },
        { "backbone", "\"other\"" },
        { "length", "0" },
        { "length", "\"3\"" },
        { "length", "1e99" },
        { "dim", "-8" },
        { "dim", "9" },
        { "metrics", "null" },
        { "metrics", "{\"accuracy\": 1e999}" },
        { "metrics", "{\"accuracy\": \"good\"}" },
        { "lineage", "[null]" },
        { "lineage", "null" },
        { "created", "\"yesterday\"" },
        { "payload", "\"../x.safetensors\"" },
        { "payload", "\"y.0123456789ab.safetensors\"" },
        { "sha256", "\"\"" },
        { "sha256", "\"" + new string('0', 64) + "\"" },
        { "sha256", "\"" + new string('/', 64) + "\"" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task A_sidecar_that_contradicts_is_a_problem_and_the_rest_stays_usable(string field, string value)
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string sidecar = Path.Combine(folder.Path, "x.json");
        JsonNode json = JsonNode.Parse(await File.ReadAllTextAsync(sidecar, Token))!;
        Assert.True(json.AsObject().ContainsKey(field));
        json[field] = JsonNode.Parse(value);
        await File.WriteAllTextAsync(sidecar, json.ToJsonString(), Token);
        await CheckDamaged(folder.Path, sidecar);
    }

    [Theory]
    [InlineData("length", "4")]
    [InlineData("embeddingStep", "null")]
    public async Task A_sidecar_that_contradicts_the_numbers_is_noticed_when_they_are_read(string field, string value)
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string sidecar = Path.Combine(folder.Path, "x.json");
        JsonNode json = JsonNode.Parse(await File.ReadAllTextAsync(sidecar, Token))!;
        json[field] = JsonNode.Parse(value);
        await File.WriteAllTextAsync(sidecar, json.ToJsonString(), Token);
        await Assert.ThrowsAsync<InvalidDataException>(() => PromptLibrary.Open(folder.Path).GetAsync("x", Token));
    }

    [Fact]
    public async Task Every_truncation_of_a_sidecar_is_a_problem()
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string sidecar = Path.Combine(folder.Path, "x.json");
        byte[] whole = await File.ReadAllBytesAsync(sidecar, Token);
        for (int length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(sidecar, whole.AsMemory(0, length), Token);
            Assert.Equal(sidecar, Assert.Single(PromptLibrary.Open(folder.Path).Problems).Path);
        }

        await CheckDamaged(folder.Path, sidecar);
    }

    [Theory]
    [InlineData("{\"format\": 1, \"format\": 1}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\u0001")]
    public async Task Other_json_is_a_problem(string json)
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string sidecar = Path.Combine(folder.Path, "x.json");
        await File.WriteAllTextAsync(sidecar, json, Token);
        await CheckDamaged(folder.Path, sidecar);
    }

    [Fact]
    public async Task Huge_and_deep_sidecars_are_problems()
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string sidecar = Path.Combine(folder.Path, "x.json");
        await File.WriteAllTextAsync(sidecar, new string('[', 1_000_000), Token);
        await CheckDamaged(folder.Path, sidecar);
        using (FileStream stream = File.Create(sidecar))
        {
            stream.SetLength(20L << 30);
        }

        await CheckDamaged(folder.Path, sidecar);
    }

    [Fact]
    public async Task Foreign_files_are_reported_and_hidden_and_temporary_ones_ignored()
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string[] foreign = ["README.md", "not an id.json", "x.0123456789ab.safetensors", "CON.json"];
        foreach (string name in foreign.Concat([".DS_Store", "x.json.1234.tmp", ".hidden.json"]))
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Path, name), "?", Token);
        }

        Directory.CreateDirectory(Path.Combine(folder.Path, "folder.json"));
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Equal(foreign.Order(), library.Problems.Select(problem => Path.GetFileName(problem.Path)).Order());
        Assert.All(library.Problems, problem => Assert.StartsWith(problem.Path, problem.Message, StringComparison.Ordinal));
        Assert.Equal(2, await library.ListAsync(Token).CountAsync(Token));
        await library.AddAsync(Samples.Record("new"), cancellationToken: Token);
    }

    [Fact]
    public async Task Ids_that_differ_by_case_alone_are_not_both_used()
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string twin = Path.Combine(folder.Path, "X.json");
        if (!File.Exists(twin))
        {
            File.Copy(Path.Combine(folder.Path, "x.json"), twin);
            string json = (await File.ReadAllTextAsync(twin, Token)).Replace("\"id\": \"x\"", "\"id\": \"X\"", StringComparison.Ordinal).Replace("\"x.", "\"X.", StringComparison.Ordinal);
            await File.WriteAllTextAsync(twin, json, Token);
            string payload = Assert.Single(Directory.GetFiles(folder.Path, "x.*.safetensors"));
            File.Copy(payload, Path.Combine(folder.Path, "X" + Path.GetFileName(payload)[1..]));
            Assert.Contains("case", Assert.Single(PromptLibrary.Open(folder.Path).Problems).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"format\": 1}")]
    public async Task Without_its_header_a_library_is_usable_and_the_next_record_restores_it(string? content)
    {
        using TempFolder folder = new();
        await AddTwo(folder.Path);
        string header = Path.Combine(folder.Path, "library.json");
        string before = await File.ReadAllTextAsync(header, Token);
        File.Delete(header);
        if (content is not null)
        {
            await File.WriteAllTextAsync(header, content, Token);
        }

        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Equal(content is null ? [] : [header], library.Problems.Select(problem => problem.Path));
        Assert.Equal(Samples.Backbone, library.BackboneFingerprint);
        Assert.Equal(2, await library.ListAsync(Token).CountAsync(Token));
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("z", backbone: "two"), cancellationToken: Token));
        await library.AddAsync(Samples.Record("z"), cancellationToken: Token);
        Assert.Equal(before, await File.ReadAllTextAsync(header, Token));
        await library.RefreshAsync(Token);
        Assert.Empty(library.Problems);
    }

    [Fact]
    public void A_library_of_a_newer_version_is_not_opened()
    {
        using TempFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "library.json"), "{\"format\": 2, \"backbone\": \"b\"}");
        Assert.Contains("format 2", Assert.Throws<SpotException>(() => PromptLibrary.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static async Task AddTwo(string folder)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        await library.AddAsync(Samples.Record("a"), cancellationToken: Token);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
    }

    /// <summary>"x" is damaged, "a" works, and "x" can be replaced or removed.</summary>
    private static async Task CheckDamaged(string folder, string file)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        LibraryProblem problem = Assert.Single(library.Problems);
        Assert.Equal(file, problem.Path);
        Assert.Equal(["a"], await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        Samples.AssertEqual(Samples.Record("a"), await library.GetAsync("a", Token));
        Assert.Single(await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token));
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => library.GetAsync("x", Token));
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("x"), cancellationToken: Token));

        await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        Assert.Empty(library.Problems);
        Samples.AssertEqual(Samples.Record("x", "new"), await library.GetAsync("x", Token));
        await File.WriteAllTextAsync(Path.Combine(folder, "x.json"), "damaged again", Token);
        library = PromptLibrary.Open(folder);
        Assert.True(await library.RemoveAsync("x", Token));
        Assert.Empty(library.Problems);
        Assert.Empty(PromptLibrary.Open(folder).Problems);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
    }
}
