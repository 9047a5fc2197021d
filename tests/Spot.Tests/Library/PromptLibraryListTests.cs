using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibraryListTests
{
    private static readonly string[] Ids = ["A", "a.b", "a_b", "b", "r10", "r2"]; // in ordinal order

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_its_index_alone_a_library_is_listed_without_its_sidecars()
    {
        using TempFolder folder = new();
        PromptLibrary writer = await FilledAsync(folder.Path);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "b.json"), "damaged", Token); // in place: the folder's time stamp stays
        PromptLibrary library = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        List<PromptInfo> listed = await library.ListAsync(Token).ToListAsync(Token);
        Assert.Equal(Ids, listed.Select(info => info.Id));
        Assert.All(listed, info => Samples.AssertEqual(Samples.Record(info.Id).Info, info));
        Assert.Empty(library.Problems);

        await writer.RemoveAsync("A", Token);
        await writer.AddAsync(Samples.Record("C"), cancellationToken: Token);
        Assert.Equal(["C", .. Ids[1..]], await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        await library.RefreshAsync(Token);
        Assert.Equal(["C", "a.b", "a_b", "r10", "r2"], await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Where_its_index_is_damaged_the_list_goes_on_from_the_folder(int row)
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        string infos = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, ".spot", "index"), "infos.*"));
        byte[] bytes = await File.ReadAllBytesAsync(infos, Token);
        bytes[bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"\"{Ids[row]}\""))] ^= 1;
        await File.WriteAllBytesAsync(infos, bytes, Token);
        PromptLibrary library = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        Assert.Equal(Ids, await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        Assert.Equal(Ids, await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
    }

    private static async Task<PromptLibrary> FilledAsync(string folder)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        foreach (string id in Ids.Reverse())
        {
            await library.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        return library;
    }
}
