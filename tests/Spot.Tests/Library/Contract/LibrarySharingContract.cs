namespace Spot.Tests.Library;

/// <summary>What every library does with several users, and how its records travel.</summary>
public abstract class LibrarySharingContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_writers_and_searchers_do_not_disturb_each_other()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        await library.AddAsync(Samples.Record("first"), cancellationToken: Token);
        TaskEmbedding query = Samples.Query("q");
        Task[] writers = [.. Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 6; i++)
            {
                await library.AddAsync(Samples.Record($"w{writer}-{i}"), cancellationToken: Token);
                await library.AddAsync(Samples.Record("shared", $"shared {writer} {i}"), replace: true, Token);
                Assert.Contains((await library.SearchAsync(query, new() { K = 1000 }, Token)), match => match.Info.Id == $"w{writer}-{i}"); // what it wrote itself
                if (i % 3 == 2)
                {
                    Assert.True(await library.RemoveAsync($"w{writer}-{i}", Token));
                    Assert.DoesNotContain((await library.SearchAsync(query, new() { K = 1000 }, Token)), match => match.Info.Id == $"w{writer}-{i}");
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
        foreach (IPromptLibrary opened in await place.WithOthersAsync(library))
        {
            Assert.Equal(2 + (8 * 4), await opened.ListAsync(Token).CountAsync(Token));
            Assert.Equal(2 + (8 * 4), (await opened.SearchAsync(query, new() { K = 1000 }, Token)).Count);
        }
    }

    [Fact]
    public async Task Of_many_that_want_an_id_one_gets_it()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary[] libraries = [await place.OpenAsync(), await place.OpenAsync(), await place.OpenAsync()];
        Exception?[] errors = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(
            async () => await Record.ExceptionAsync(() => libraries[i % 3].AddAsync(Samples.Record(i % 2 == 0 ? "x" : "X", $"content {i}"), cancellationToken: Token)))));
        int winner = Array.IndexOf(errors, null);
        Assert.All(errors.Where((_, i) => i != winner), error => Assert.Contains("already", Assert.IsType<SpotException>(error).Message, StringComparison.Ordinal));
        PromptRecord record = Samples.Record(winner % 2 == 0 ? "x" : "X", $"content {winner}");
        Samples.AssertEqual(record, await (await place.OpenAsync()).GetAsync(record.Info.Id, Token));
    }

    [Fact]
    public async Task What_others_do_is_seen_after_a_refresh()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary mine = await place.OpenAsync(), theirs = await place.OpenAsync();
        TaskEmbedding query = Samples.Query("q");
        Assert.Empty(await mine.SearchAsync(query, cancellationToken: Token));
        Dictionary<string, PromptRecord> records = [];
        async Task Check()
        {
            await place.RefreshAsync(mine, Token);
            Assert.Equal(Samples.Ranking(records.Values, query, PromptSimilarity.PerTokenDisplacement), Samples.Ranking(await mine.SearchAsync(query, new() { K = 99, Similarity = PromptSimilarity.PerTokenDisplacement }, Token)));
            Assert.Equal(records.Keys.Order(StringComparer.Ordinal), await mine.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        }

        async Task Add(PromptRecord record)
        {
            await theirs.AddAsync(record, replace: true, Token);
            records[record.Info.Id] = record;
            await Check();
        }

        async Task Remove(string id)
        {
            Assert.True(await theirs.RemoveAsync(id, Token));
            records.Remove(id);
            await Check();
        }

        await Add(Samples.Record("x"));
        await Add(Samples.Record("y"));
        await Assert.ThrowsAsync<SpotException>(() => mine.AddAsync(Samples.Record("x", "mine"), cancellationToken: Token));
        await Assert.ThrowsAsync<SpotException>(() => mine.AddAsync(Samples.Record("z", backbone: "two"), cancellationToken: Token));
        await Add(Samples.Record("x", "new"));
        await Remove("y");
        await Add(Samples.Record("Y"));
        await Add(Samples.Record("x", hasStart: false));
        await Remove("x");
        await Add(Samples.Record("x"));
        Assert.Null(await mine.GetAsync("y", Token));
    }

    [Fact]
    public async Task A_library_travels_in_one_file_from_any_place_to_any_other()
    {
        using TempFolder folder = new();
        string first = Path.Combine(folder.Path, "first.zip"), second = Path.Combine(folder.Path, "second.zip");
        await using LibraryPlace from = await PlaceAsync(), to = await PlaceAsync(), elsewhere = new FolderPlace(), partly = await PlaceAsync(), other = await PlaceAsync();
        IPromptLibrary source = await from.OpenAsync();
        await Assert.ThrowsAsync<SpotException>(() => from.ExportAsync(source, first, Token));
        PromptRecord[] records = [Samples.Record("a"), Samples.Record("B", hasStart: false), Samples.Record("c", step: null)];
        foreach (PromptRecord record in records)
        {
            await source.AddAsync(record, cancellationToken: Token);
        }

        Assert.Equal(3, await from.ExportAsync(source, first, Token));
        foreach (LibraryPlace place in new[] { to, elsewhere })
        {
            IPromptLibrary target = await place.OpenAsync();
            Assert.Equal(["B", "a", "c"], await place.ImportAsync(target, first, Token));
            Assert.Empty(await place.ImportAsync(target, first, Token));
            foreach (IPromptLibrary opened in await place.WithOthersAsync(target))
            {
                Assert.Equal(Samples.Backbone, opened.BackboneFingerprint);
                Assert.Equal(2, (await opened.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
                foreach (PromptRecord record in records)
                {
                    Samples.AssertEqual(record, await opened.GetAsync(record.Info.Id, Token));
                    Assert.Equal(await source.GetVersionAsync(record.Info.Id, Token), await opened.GetVersionAsync(record.Info.Id, Token));
                }
            }

            // The same bytes again, wherever it was meanwhile.
            Assert.Equal(3, await place.ExportAsync(target, second, Token));
            Assert.Equal(await File.ReadAllBytesAsync(first, Token), await File.ReadAllBytesAsync(second, Token));
        }

        IPromptLibrary some = await partly.OpenAsync(), differing = await other.OpenAsync();
        await some.AddAsync(records[1], cancellationToken: Token);
        Assert.Equal(["a", "c"], await partly.ImportAsync(some, first, Token));
        await differing.AddAsync(Samples.Record("A", "x"), cancellationToken: Token);
        await differing.AddAsync(Samples.Record("c", "x"), cancellationToken: Token);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => other.ImportAsync(differing, first, Token));
        Assert.All(["2 ids of the archive: a, c", other.Location], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Equal(["A", "c"], await differing.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
    }

    [Fact]
    public async Task An_archive_of_another_backbone_or_width_or_a_damaged_one_adds_nothing()
    {
        using TempFolder folder = new();
        string archive = Path.Combine(folder.Path, "archive.zip");
        await using (FolderPlace source = new())
        {
            IPromptLibrary library = await source.OpenAsync();
            foreach (string id in (string[])["a", "b", "c"])
            {
                await library.AddAsync(Samples.Record(id), cancellationToken: Token);
            }

            await source.ExportAsync(library, archive, Token);
        }

        await using LibraryPlace expecting = await PlaceAsync(), two = await PlaceAsync(), wide = await PlaceAsync(), damaged = await PlaceAsync();
        await Assert.ThrowsAsync<SpotException>(async () => await expecting.ImportAsync(await expecting.OpenAsync("two"), archive, Token));
        Assert.Null((await expecting.OpenAsync()).BackboneFingerprint);
        foreach ((LibraryPlace place, PromptRecord record) in new[] { (two, Samples.Record("z", backbone: "two")), (wide, Samples.Record("z", dim: 9)) })
        {
            IPromptLibrary library = await place.OpenAsync();
            await library.AddAsync(record, cancellationToken: Token);
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => place.ImportAsync(library, archive, Token));
            Assert.Contains(place.Location, error.Message, StringComparison.Ordinal);
            Assert.Equal(["z"], await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        }

        byte[] bytes = await File.ReadAllBytesAsync(archive, Token);
        bytes[bytes.AsSpan().LastIndexOf("task of c"u8)] ^= 1; // only the last record: the others are good
        await File.WriteAllBytesAsync(archive, bytes, Token);
        IPromptLibrary target = await damaged.OpenAsync();
        await Assert.ThrowsAsync<InvalidDataException>(() => damaged.ImportAsync(target, archive, Token));
        Assert.Empty(await target.ListAsync(Token).ToListAsync(Token));
        Assert.Null((await damaged.OpenAsync()).BackboneFingerprint);
    }

    protected abstract Task<LibraryPlace> PlaceAsync();
}
