using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibraryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_return_as_they_were_added_also_from_a_fresh_library()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "new", "library");
        PromptLibrary library = PromptLibrary.Open(path);
        Assert.Null(library.BackboneFingerprint);
        Assert.False(Directory.Exists(path));
        PromptRecord[] records = [Samples.Record("b"), Samples.Record("A"), Samples.Record("c_.-9", step: null), Samples.Record("d", hasStart: false)];
        foreach (PromptRecord record in records)
        {
            await library.AddAsync(record, cancellationToken: Token);
        }

        foreach (PromptLibrary opened in new[] { library, PromptLibrary.Open(path), PromptLibrary.Open(path, Samples.Backbone) })
        {
            Assert.Equal(Samples.Backbone, opened.BackboneFingerprint);
            Assert.Empty(opened.Problems);
            Assert.Equal(["A", "b", "c_.-9", "d"], await opened.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
            foreach (PromptRecord record in records)
            {
                Samples.AssertEqual(record, await opened.GetAsync(record.Info.Id, Token));
            }

            Assert.Null(await opened.GetAsync("absent", Token));
            Assert.Null(await opened.GetAsync("../new/library/b", Token));
            Assert.Null(await opened.GetAsync("B", Token));
        }

        Assert.Equal(1 + (2 * records.Length), Directory.GetFiles(path).Length);
    }

    [Fact]
    public async Task The_sidecar_is_readable_and_tolerant_of_unknown_fields()
    {
        using TempFolder folder = new();
        PromptRecord record = Samples.Record("x");
        await PromptLibrary.Open(folder.Path).AddAsync(record, cancellationToken: Token);
        string sidecar = Path.Combine(folder.Path, "x.json");
        string json = await File.ReadAllTextAsync(sidecar, Token);
        Assert.Contains("\n  \"task\": \"task of x\",\n", json, StringComparison.Ordinal);
        Assert.Contains("Grüße", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", json, StringComparison.Ordinal);
        await File.WriteAllTextAsync(sidecar, json.Replace("{\n  \"format\"", "{\n  \"colour\": [{}], \"format\"", StringComparison.Ordinal), Token);
        PromptLibrary opened = PromptLibrary.Open(folder.Path);
        Assert.Empty(opened.Problems);
        Samples.AssertEqual(record, await opened.GetAsync("x", Token));
    }

    [Fact]
    public async Task A_taken_id_is_refused_unless_the_record_is_replaced()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("x", "new"), cancellationToken: Token));
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("X"), cancellationToken: Token));
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("X"), replace: true, Token));
        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));

        await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        Samples.AssertEqual(Samples.Record("x", "new"), await library.GetAsync("x", Token));
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
        Samples.AssertEqual(Samples.Record("x", "new"), await PromptLibrary.Open(folder.Path).GetAsync("x", Token));
    }

    [Fact]
    public async Task Removing_says_whether_there_was_one_and_leaves_no_files()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        Assert.False(await library.RemoveAsync("y", Token));
        Assert.False(await library.RemoveAsync("X", Token));
        Assert.False(await library.RemoveAsync("library", Token));
        Assert.True(await library.RemoveAsync("x", Token));
        Assert.False(await library.RemoveAsync("x", Token));
        Assert.Null(await library.GetAsync("x", Token));
        Assert.Equal([Path.Combine(folder.Path, "library.json")], Directory.GetFiles(folder.Path));
        Assert.Equal(Samples.Backbone, PromptLibrary.Open(folder.Path).BackboneFingerprint);
    }

    [Fact]
    public async Task Another_backbone_or_width_is_refused()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        string[] before = Directory.GetFiles(folder.Path);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("y", backbone: "two"), cancellationToken: Token));
        Assert.All(["'two'", Samples.Backbone, folder.Path], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("y", dim: 9), cancellationToken: Token));
        await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync(Samples.Query("q", backbone: "two"), new() { K = 1 }, Token));
        await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync(Samples.Query("q", dim: 9), new() { K = 1 }, Token));
        Assert.Throws<SpotException>(() => PromptLibrary.Open(folder.Path, "two"));
        Assert.Equal(before, Directory.GetFiles(folder.Path));

        using TempFolder empty = new();
        PromptLibrary expecting = PromptLibrary.Open(empty.Path, "two");
        await Assert.ThrowsAsync<SpotException>(() => expecting.AddAsync(Samples.Record("x"), cancellationToken: Token));
        Assert.Empty(Directory.GetFileSystemEntries(empty.Path));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_clear_error()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "no folder", Token);
        Assert.Contains(file, Assert.Throws<IOException>(() => PromptLibrary.Open(file)).Message, StringComparison.Ordinal);
        PromptLibrary below = PromptLibrary.Open(Path.Combine(file, "library"));
        IOException error = await Assert.ThrowsAnyAsync<IOException>(() => below.AddAsync(Samples.Record("x"), cancellationToken: Token));
        Assert.Contains(Path.Combine(file, "library"), error.Message, StringComparison.Ordinal);
        Assert.Null(below.BackboneFingerprint);
        Assert.Empty(await below.ListAsync(Token).ToListAsync(Token));
    }
}
