namespace Spot.Tests.Library;

/// <summary>What every library does with records.</summary>
public abstract class LibraryRecordContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_return_as_they_were_added_also_from_a_fresh_library()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        Assert.Null(library.BackboneFingerprint);
        PromptRecord[] records = [Samples.Record("b"), Samples.Record("A"), Samples.Record("c_.-9", step: null), Samples.Record("d", hasStart: false)];
        foreach (PromptRecord record in records)
        {
            await library.AddAsync(record, cancellationToken: Token);
        }

        foreach (IPromptLibrary opened in await place.WithOthersAsync(library))
        {
            Assert.Equal(Samples.Backbone, opened.BackboneFingerprint);
            Assert.Equal(["A", "b", "c_.-9", "d"], await opened.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
            foreach (PromptRecord record in records)
            {
                Samples.AssertEqual(record, await opened.GetAsync(record.Info.Id, Token));
                Samples.AssertEqual(record.Info, await opened.ListAsync(Token).SingleAsync(info => info.Id == record.Info.Id, Token));
                Assert.Equal(await library.GetVersionAsync(record.Info.Id, Token), await opened.GetVersionAsync(record.Info.Id, Token));
            }

            foreach (string absent in new[] { "absent", "../b", "B", "", "b\0", "' or ''='" })
            {
                Assert.Null(await opened.GetAsync(absent, Token));
                Assert.Null(await opened.GetVersionAsync(absent, Token));
            }
        }
    }

    [Fact]
    public async Task The_least_record_and_the_oddest_texts_return_too()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        PromptInfo info = new() { Id = "x", Task = "t", BackboneFingerprint = Samples.Backbone, Length = 1, Dim = 1 };
        SoftPrompt prompt = new(1, 1, [1.5f], Samples.Backbone);
        PromptRecord[] records = [new(info, prompt, null), new(info with { Id = "y", Task = "a\0b", Note = "\0\u0001\ufffe\\u0000 ' \" \\ {schema} $1", Lineage = ["\0"] }, prompt, null)];
        foreach (PromptRecord record in records)
        {
            await library.AddAsync(record, cancellationToken: Token);
            Samples.AssertEqual(record, await (await place.OpenAsync()).GetAsync(record.Info.Id, Token));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".x")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("x\n")]
    [InlineData("C:x")]
    [InlineData("con")]
    [InlineData("NUL.txt")]
    [InlineData("com1")]
    [InlineData("Lpt9.a.b")]
    [InlineData("library")]
    [InlineData("Library")]
    public async Task Ids_that_cannot_name_files_everywhere_are_refused(string id)
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => library.AddAsync(Samples.Record(id), cancellationToken: Token));
        await place.AssertUntouchedAsync();
    }

    [Fact]
    public async Task Ids_may_have_a_hundred_characters_and_look_like_file_names()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        string[] ids = [new string('x', 100), "a", "a.json", "a.safetensors", "a.0123456789ab", "a.tmp", "console", "-"];
        foreach (string id in ids)
        {
            await library.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => library.AddAsync(Samples.Record(new string('x', 101)), cancellationToken: Token));
        await library.AddAsync(Samples.Record("a", "new"), replace: true, Token);
        Assert.True(await library.RemoveAsync("a", Token));
        IPromptLibrary opened = await place.OpenAsync();
        foreach (string id in ids.Except(["a"]))
        {
            Samples.AssertEqual(Samples.Record(id), await opened.GetAsync(id, Token));
        }
    }

    [Fact]
    public async Task A_taken_id_is_refused_unless_the_record_is_replaced()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        string? version = await library.GetVersionAsync("x", Token);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("x", "new"), cancellationToken: Token));
        Assert.All(["'x' already", place.Location], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        foreach (bool replace in new[] { false, true })
        {
            error = await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("X"), replace, Token));
            Assert.Contains("'x' already", error.Message, StringComparison.Ordinal);
        }

        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
        Assert.Equal(version, await library.GetVersionAsync("x", Token));
        await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        Assert.NotEqual(version, await library.GetVersionAsync("x", Token));
        Samples.AssertEqual(Samples.Record("x", "new"), await library.GetAsync("x", Token));
        Samples.AssertEqual(Samples.Record("x", "new"), await (await place.OpenAsync()).GetAsync("x", Token));
    }

    [Fact]
    public async Task Removing_says_whether_there_was_one_and_leaves_the_backbone()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        Assert.False(await library.RemoveAsync("x", Token));
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        foreach (string absent in new[] { "y", "X", "library", "", "x\0", "' or ''='" })
        {
            Assert.False(await library.RemoveAsync(absent, Token));
        }

        Assert.True(await library.RemoveAsync("x", Token));
        Assert.False(await library.RemoveAsync("x", Token));
        Assert.Null(await library.GetAsync("x", Token));
        await AssertEmptyAsync(place, library);
        Assert.Equal(Samples.Backbone, (await place.OpenAsync()).BackboneFingerprint);
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("x", backbone: "two"), cancellationToken: Token));
        await library.AddAsync(Samples.Record("X", dim: 9), cancellationToken: Token); // the width is free while there are none
        Assert.Single(await library.SearchAsync(Samples.Query("q", dim: 9), cancellationToken: Token));
    }

    [Fact]
    public async Task Records_that_contradict_themselves_are_refused()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        PromptRecord good = Samples.Record("x");
        PromptRecord[] bad =
        [
            good with { Info = good.Info with { Length = 4 } },
            good with { Info = good.Info with { Dim = 9 } },
            good with { Info = good.Info with { BackboneFingerprint = "other" } },
            good with { Info = good.Info with { EmbeddingStep = 99 } },
            good with { Info = good.Info with { EmbeddingStep = null } },
            good with { Info = good.Info with { Task = "other" } },
            good with { Info = good.Info with { Note = "half \ud800" } },
            good with { Info = good.Info with { Lineage = [null!] } },
            good with { Info = good.Info with { Metrics = new Dictionary<string, double> { ["loss"] = double.NaN } } },
            good with { Info = good.Info with { Note = new string('x', 2_000_000) } },
            good with { Embedding = null },
            good with { Embedding = good.Embedding! with { Task = "other" } },
            good with { Embedding = good.Embedding! with { Prompt = Samples.Prompt("p", dim: 9) } },
            good with { Embedding = good.Embedding! with { Prompt = Samples.Prompt("p", backbone: "other") } },
            good with { Embedding = good.Embedding! with { Start = Samples.Prompt("p", dim: 9) } },
            good with { Embedding = good.Embedding! with { Start = Samples.Prompt("p", length: 2) } },
            good with { Embedding = good.Embedding! with { Start = Samples.Prompt("p", backbone: "other") } },
        ];
        foreach (PromptRecord record in bad)
        {
            ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(() => library.AddAsync(record, cancellationToken: Token));
            Assert.Contains("'x'", error.Message, StringComparison.Ordinal);
        }

        await place.AssertUntouchedAsync();
    }

    [Fact]
    public async Task Another_backbone_or_width_is_refused()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary unknowing = await place.OpenAsync(), library = await place.OpenAsync();
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        foreach (IPromptLibrary each in new[] { library, unknowing })
        {
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => each.AddAsync(Samples.Record("y", backbone: "two"), cancellationToken: Token));
            Assert.All(["'two'", Samples.Backbone, place.Location], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
            error = await Assert.ThrowsAsync<SpotException>(() => each.AddAsync(Samples.Record("y", dim: 9), cancellationToken: Token));
            Assert.All(["width 9", "expected 8", place.Location], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        }

        await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync(Samples.Query("q", backbone: "two"), new() { K = 1 }, Token));
        await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync(Samples.Query("q", dim: 9), new() { K = 1 }, Token));
        await Assert.ThrowsAsync<SpotException>(() => place.OpenAsync("two"));
        Assert.Equal(["x"], await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));

        await using LibraryPlace empty = await PlaceAsync();
        IPromptLibrary expecting = await empty.OpenAsync("two");
        await Assert.ThrowsAsync<SpotException>(() => expecting.AddAsync(Samples.Record("x"), cancellationToken: Token));
        await empty.AssertUntouchedAsync();
    }

    [Fact]
    public async Task What_is_cancelled_changes_nothing()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => library.AddAsync(Samples.Record("x"), cancellationToken: cancelled));
        await place.AssertUntouchedAsync();
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => library.RemoveAsync("x", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => library.GetAsync("x", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => library.ListAsync(cancelled).ToListAsync(Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.RefreshAsync(library, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => library.SearchAsync(Samples.Query("q"), new() { K = 1 }, cancelled));
        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
    }

    [Fact]
    public async Task A_list_can_be_left_and_ended_on_the_way()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        foreach (string id in (string[])["r2", "r10", "b", "a_b", "a.b", "A"])
        {
            await library.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        foreach (IPromptLibrary each in await place.WithOthersAsync(library))
        {
            Assert.Equal(["A", "a.b", "a_b", "b", "r10", "r2"], await each.ListAsync(Token).Select(info => info.Id).ToListAsync(Token)); // ordinal
            Assert.Equal("A", (await each.ListAsync(Token).FirstAsync(Token)).Id);
            using CancellationTokenSource end = new();
            List<string> seen = [];
            await Assert.ThrowsAsync<OperationCanceledException>(async () =>
            {
                await foreach (PromptInfo info in each.ListAsync(Token).WithCancellation(end.Token))
                {
                    seen.Add(info.Id);
                    await end.CancelAsync();
                }
            });
            Assert.Equal(["A"], seen);
        }
    }

    [Fact]
    public async Task After_its_end_a_library_takes_no_call()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        await library.AddAsync(Samples.Record("r1"), cancellationToken: Token);
        Assert.Single(await library.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        using TempFolder folder = new();
        string archive = Path.Combine(folder.Path, "archive.zip");
        ((IDisposable)library).Dispose();
        ((IDisposable)library).Dispose();
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => library.AddAsync(Samples.Record("x"), cancellationToken: Token),
            () => library.GetAsync("r1", Token),
            () => library.GetVersionAsync("r1", Token),
            () => library.ListAsync(Token).FirstAsync(Token).AsTask(),
            () => library.RemoveAsync("r1", Token),
            () => place.RefreshAsync(library, Token),
            () => place.ExportAsync(library, archive, Token),
            () => place.ImportAsync(library, archive, Token),
            () => library.SearchAsync(Samples.Query("q"), cancellationToken: Token),
            () => library.SearchManyAsync([Samples.Query("q")], cancellationToken: Token),
            () => library.SearchAverageAsync([Samples.Query("q")], cancellationToken: Token),
        })
        {
            Assert.Contains(place.Location, (await Assert.ThrowsAsync<ObjectDisposedException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(archive));
        Assert.Equal(Samples.Backbone, library.BackboneFingerprint);
        Assert.Equal(1, await (await place.OpenAsync()).ListAsync(Token).CountAsync(Token));
    }

    [Fact]
    public async Task Calls_that_run_come_to_their_end()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        foreach (int i in Enumerable.Range(0, 6))
        {
            await library.AddAsync(Samples.Record($"r{i}"), cancellationToken: Token);
        }

        IAsyncEnumerator<PromptInfo> list = library.ListAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await list.MoveNextAsync());
        bool End(PromptInfo info)
        {
            ((IDisposable)library).Dispose();
            GC.Collect();
            return info.Id != "r2";
        }

        Assert.Equal(5, (await library.SearchAsync(Samples.Query("q"), new() { K = 9, Filter = End }, Token)).Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => library.GetAsync("r1", Token));
        List<string> ids = [list.Current.Id];
        while (await list.MoveNextAsync())
        {
            ids.Add(list.Current.Id);
        }

        await list.DisposeAsync();
        Assert.Equal(["r0", "r1", "r2", "r3", "r4", "r5"], ids);
    }

    protected abstract Task<LibraryPlace> PlaceAsync();

    private static async Task AssertEmptyAsync(LibraryPlace place, IPromptLibrary library)
    {
        foreach (IPromptLibrary each in new[] { library, await place.OpenAsync() })
        {
            Assert.Empty(await each.ListAsync(Token).ToListAsync(Token));
            Assert.Empty(await each.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        }
    }
}
