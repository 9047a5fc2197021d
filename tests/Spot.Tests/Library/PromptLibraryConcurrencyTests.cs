using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibraryConcurrencyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_another_process_does_is_seen_after_a_refresh()
    {
        using TempFolder folder = new();
        PromptLibrary mine = PromptLibrary.Open(folder.Path);
        PromptLibrary theirs = PromptLibrary.Open(folder.Path);
        await theirs.AddAsync(Samples.Record("x"), cancellationToken: Token);
        await theirs.AddAsync(Samples.Record("y"), cancellationToken: Token);
        Assert.Empty(await mine.ListAsync(Token).ToListAsync(Token));
        await Assert.ThrowsAsync<SpotException>(() => mine.AddAsync(Samples.Record("x", "mine"), cancellationToken: Token));
        await Assert.ThrowsAsync<SpotException>(() => mine.AddAsync(Samples.Record("z", backbone: "two"), cancellationToken: Token));
        await mine.RefreshAsync(Token);
        Assert.Equal(["x", "y"], await mine.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));

        // Replaced and removed behind my back: neither is damage.
        await theirs.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        await theirs.RemoveAsync("y", Token);
        Assert.Equal(["x"], (await mine.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Select(match => match.Info.Id));
        Samples.AssertEqual(Samples.Record("x", "new"), await mine.GetAsync("x", Token));
        Assert.Null(await mine.GetAsync("y", Token));
        Assert.Empty(mine.Problems);
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }
}
