using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibraryConcurrencyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_writers_and_searchers_do_not_disturb_each_other()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await library.AddAsync(Samples.Record("first"), cancellationToken: Token);
        TaskEmbedding query = Samples.Query("q");
        Task[] writers = [.. Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 6; i++)
            {
                await library.AddAsync(Samples.Record($"w{writer}-{i}"), cancellationToken: Token);
                await library.AddAsync(Samples.Record("shared", $"shared {writer} {i}"), replace: true, Token);
                if (i % 3 == 2)
                {
                    Assert.True(await library.RemoveAsync($"w{writer}-{i}", Token));
                }
            }
        }))];
        Task all = Task.WhenAll(writers);
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            do
            {
                IReadOnlyList<PromptMatch> found = await library.SearchAsync(query, new() { K = 1000 }, Token);
                Assert.Contains(found, match => match.Info.Id == "first");
                Assert.Equal(found.OrderByDescending(match => match.Similarity).ThenBy(match => match.Info.Id, StringComparer.Ordinal), found);
                Assert.Equal("task of first", (await library.GetAsync("first", Token))!.Info.Task);
                Assert.True((await library.GetAsync("shared", Token))?.Info.Id is null or "shared");
            }
            while (!all.IsCompleted);
        }))];
        await all;
        await Task.WhenAll(readers);

        foreach (PromptLibrary opened in new[] { library, PromptLibrary.Open(folder.Path) })
        {
            Assert.Empty(opened.Problems);
            Assert.Equal(2 + (8 * 4), await opened.ListAsync(Token).CountAsync(Token));
            Assert.Equal(2 + (8 * 4), (await opened.SearchAsync(query, new() { K = 1000 }, Token)).Count);
        }
    }

    [Fact]
    public async Task Of_many_that_want_an_id_one_gets_it()
    {
        using TempFolder folder = new();
        PromptLibrary[] libraries = [PromptLibrary.Open(folder.Path), PromptLibrary.Open(folder.Path), PromptLibrary.Open(folder.Path)];
        Exception?[] errors = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(
            async () => await Record.ExceptionAsync(() => libraries[i % 3].AddAsync(Samples.Record("x", $"content {i}"), cancellationToken: Token)))));
        int winner = Array.IndexOf(errors, null);
        Assert.All(errors.Where((_, i) => i != winner), error => Assert.IsType<SpotException>(error));
        PromptLibrary opened = PromptLibrary.Open(folder.Path);
        Assert.Empty(opened.Problems);
        Samples.AssertEqual(Samples.Record("x", $"content {winner}"), await opened.GetAsync("x", Token));
    }

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
