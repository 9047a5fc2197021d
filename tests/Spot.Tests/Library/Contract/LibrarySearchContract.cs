using System.Globalization;
using Spot.Similarity;

namespace Spot.Tests.Library;

/// <summary>What every library finds: the same as comparing one by one.</summary>
public abstract class LibrarySearchContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rankings_are_exact()
    {
        foreach (RetrievalCase item in RetrievalCase.All().Where(item => item.N <= 50))
        {
            await using LibraryPlace place = await PlaceAsync();
            IPromptLibrary library = await place.OpenAsync();
            foreach (int i in Enumerable.Range(0, item.N).Reverse())
            {
                await library.AddAsync(OneRow(i.ToString("d6", CultureInfo.InvariantCulture), item.Key(i), 5), cancellationToken: Token);
            }

            foreach (IPromptLibrary opened in await place.WithOthersAsync(library))
            {
                foreach (RetrievalQuery query in item.Queries)
                {
                    IReadOnlyList<PromptMatch> found = await opened.SearchAsync(Embedding("q", query.Values, 5), new() { K = query.Ids.Length }, Token);
                    Assert.Equal(query.Ids, found.Select(match => int.Parse(match.Info.Id, CultureInfo.InvariantCulture)));
                    Assert.All(query.Scores.Zip(found), pair => Assert.Equal(pair.First, pair.Second.Similarity, 1e-12));
                }
            }
        }
    }

    [Theory]
    [InlineData(PromptSimilarity.AverageToken)]
    [InlineData(PromptSimilarity.PerToken)]
    [InlineData(PromptSimilarity.AverageDisplacement)]
    [InlineData(PromptSimilarity.PerTokenDisplacement)]
    public async Task Search_agrees_with_comparing_one_by_one_after_every_change(PromptSimilarity similarity)
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        Dictionary<string, PromptRecord> records = [];
        TaskEmbedding query = Samples.Query("query");
        async Task Check()
        {
            // As it is, read again, and by its index alone.
            foreach (IPromptLibrary opened in await place.WithOthersAsync(library))
            {
                foreach (TaskEmbedding asked in new[] { query, query with { Start = null } })
                {
                    IReadOnlyList<PromptMatch> found = await opened.SearchAsync(asked, new() { K = 100, Similarity = similarity }, Token);
                    Assert.Equal(Samples.Ranking(records.Values, asked, similarity), Samples.Ranking(found));
                    Assert.All(found, match => Assert.Equal(Samples.Compare(records[match.Info.Id].Embedding!, asked, similarity), (match.ComparedBy, match.Similarity)));
                }
            }
        }

        async Task Add(PromptRecord record)
        {
            await library.AddAsync(record, replace: true, Token);
            records[record.Info.Id] = record;
            await Check();
        }

        await Check();
        await Add(Samples.Record("m"));
        await Add(Samples.Record("z", "m"));
        await Add(Samples.Record("B", "m"));
        await Add(Samples.Record("n", "m", hasStart: false));
        await Add(Samples.Record("l", hasStart: false));
        await Add(Samples.Record("l", hasStart: true));
        await Add(Samples.Record("other-step", step: 50));
        await Add(Samples.Record("no-embedding", step: null));
        await Add(Samples.Record("a"));
        await Add(Samples.Record("m", "changed"));
        await Add(Samples.Record("a", hasStart: false));
        await library.RemoveAsync("B", Token);
        records.Remove("B");
        await Check();
        Assert.Single(await library.SearchAsync(query, new() { K = 1, Similarity = similarity }, Token));
        Assert.Equal(["other-step"], (await library.SearchAsync(query with { Step = 50 }, new() { K = 9, Similarity = similarity }, Token)).Select(match => match.Info.Id));
    }

    [Fact]
    public async Task Several_queries_find_what_each_finds_alone()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        foreach (int i in Enumerable.Range(0, 30))
        {
            await library.AddAsync(Samples.Record($"r{i}", step: i % 3 == 0 ? 50 : 100, hasStart: i % 5 > 1), cancellationToken: Token);
        }

        TaskEmbedding[] queries = [.. Enumerable.Range(0, 11).Select(i => Samples.Query($"q{i}", i % 4 == 1 ? 50 : 100)), Samples.Query("q0") with { Start = null }];
        IPromptLibrary plain = new OneByOne(library); // has no search of several queries of its own
        PromptSearchOptions options = new();
        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            foreach (int k in new[] { 7, 15 })
            {
                options = new() { K = k, Similarity = similarity, Filter = info => info.Id != "r4" };
                IReadOnlyList<IReadOnlyList<PromptMatch>> together = await library.SearchManyAsync(queries, options, Token);
                for (int i = 0; i < queries.Length; i++)
                {
                    Assert.Equal(Compared(await library.SearchAsync(queries[i], options, Token)), Compared(together[i]));
                }

                Assert.Equal(together.SelectMany(Compared), (await plain.SearchManyAsync(queries, options, Token)).SelectMany(Compared));
            }
        }

        Assert.Empty(await library.SearchManyAsync(Array.Empty<TaskEmbedding>(), options, Token));
        await Assert.ThrowsAsync<SpotException>(() => library.SearchManyAsync([queries[0], Samples.Query("q", backbone: "two")], options, Token));
    }

    [Fact]
    public async Task Steps_are_not_mixed()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        Assert.Empty(await library.SearchAsync(Samples.Query("q"), new() { K = 3 }, Token));
        await library.AddAsync(Samples.Record("none", step: null), cancellationToken: Token);
        Assert.Empty(await library.SearchAsync(Samples.Query("q"), new() { K = 3 }, Token));
        await library.AddAsync(Samples.Record("x", step: 10), cancellationToken: Token);
        await library.AddAsync(Samples.Record("y", step: 2000), cancellationToken: Token);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync(Samples.Query("q"), new() { K = 3 }, Token));
        Assert.All(["step 100", "10, 2000", place.Location], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => library.SearchAsync(Samples.Query("q"), new() { K = 0 }, Token));
        Assert.Single(await library.SearchAsync(Samples.Query("q", 10), new() { K = int.MaxValue }, Token));
    }

    [Fact]
    public async Task Query_and_keys_may_differ_in_length()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        PromptRecord record = Samples.Record("x");
        await library.AddAsync(record, cancellationToken: Token);
        TaskEmbedding query = new("q", Samples.Prompt("long", length: 20), 100);
        PromptMatch match = Assert.Single(await library.SearchAsync(query, new() { Similarity = PromptSimilarity.PerToken }, Token));
        Assert.Equal(PromptCosine.PerToken(query.Prompt, record.Embedding!.Prompt), match.Similarity);
    }

    [Theory]
    [InlineData(PromptSimilarity.AverageToken)]
    [InlineData(PromptSimilarity.PerToken)]
    [InlineData(PromptSimilarity.AverageDisplacement)]
    [InlineData(PromptSimilarity.PerTokenDisplacement)]
    public async Task A_filter_and_several_embeddings_find_what_comparing_one_by_one_finds(PromptSimilarity similarity)
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        PromptRecord[] records = [.. Enumerable.Range(0, 40).Select(i => Samples.Record($"r{i:d2}", step: i % 9 == 0 ? 50 : 100, hasStart: i % 4 > 0))];
        foreach (PromptRecord record in records)
        {
            await library.AddAsync(record, cancellationToken: Token);
        }

        TaskEmbedding[] embeddings = [Samples.Query("p"), Samples.Query("q"), Samples.Query("r")];
        TaskEmbedding[] startless = [.. embeddings.Select(embedding => embedding with { Start = null })];
        foreach ((int k, Func<PromptInfo, bool>? filter) in new (int, Func<PromptInfo, bool>?)[]
        {
            (1, null), (3, info => info.Id[^1] == '7'), (5, info => info.Task.EndsWith('3') && info.Metrics["accuracy"] > 30), (99, info => info.Id != "r11"), (2, _ => false),
        })
        {
            // Where one of them has no start none is compared by it.
            foreach ((TaskEmbedding[] asked, TaskEmbedding[] given) in new[] { (embeddings, embeddings), (embeddings[..1], embeddings[..1]), (startless, [embeddings[0], .. startless[1..]]) })
            {
                (string, double)[] expected = [.. records
                    .Where(record => record.Embedding!.Step == 100 && (filter?.Invoke(record.Info) ?? true))
                    .Select(record => (record.Info.Id, Found: asked.Select(query => Samples.Compare(record.Embedding!, query, similarity)).ToArray()))
                    .OrderByDescending(pair => pair.Found[0].By == similarity).ThenByDescending(pair => pair.Found.Average(one => one.Similarity))
                    .Select(pair => (pair.Id, pair.Found.Average(one => one.Similarity))).Take(k)];
                foreach (IPromptLibrary each in (IPromptLibrary[])[.. await place.WithOthersAsync(library), new OneByOne(library)])
                {
                    IReadOnlyList<PromptMatch> found = await each.SearchAverageAsync(given, new() { K = k, Similarity = similarity, Filter = filter }, Token);
                    Assert.Equal(expected.Select(pair => pair.Item1), found.Select(match => match.Info.Id));
                    Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Item2, pair.Second.Similarity, 1e-12));
                }
            }
        }

        PromptSearchOptions throwing = new() { Similarity = similarity, Filter = _ => throw new InvalidDataException("the filter's own") };
        await Assert.ThrowsAsync<InvalidDataException>(() => library.SearchAverageAsync(embeddings, throwing, Token));
        foreach (IPromptLibrary each in new IPromptLibrary[] { library, new OneByOne(library) })
        {
            await Assert.ThrowsAsync<SpotException>(() => each.SearchAverageAsync([embeddings[0], embeddings[1] with { Step = 50 }], cancellationToken: Token));
            await Assert.ThrowsAsync<ArgumentException>(() => each.SearchAverageAsync([], cancellationToken: Token));
            await Assert.ThrowsAsync<ArgumentException>(() => each.SearchAverageAsync([embeddings[0], null!], cancellationToken: Token));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => each.SearchAverageAsync(embeddings, new() { K = 0 }, Token));
        }
    }

    [Fact]
    public async Task Options_are_checked_and_copied()
    {
        await using LibraryPlace place = await PlaceAsync();
        IPromptLibrary library = await place.OpenAsync();
        foreach (int i in Enumerable.Range(0, 5))
        {
            await library.AddAsync(Samples.Record($"r{i}"), cancellationToken: Token);
        }

        TaskEmbedding query = Samples.Query("q");
        Assert.Equal(new PromptSearchOptions().K, (await library.SearchAsync(query, cancellationToken: Token)).Count);
        foreach (IPromptLibrary each in new IPromptLibrary[] { library, new OneByOne(library) })
        {
            PromptSearchOptions changing = new() { K = 2 };
            changing.Filter = _ =>
            {
                (changing.K, changing.Filter) = (9, null);
                return true;
            };
            Assert.Equal([2, 2], (await each.SearchManyAsync([query, Samples.Query("p")], changing, Token)).Select(found => found.Count));
        }

        foreach (PromptSearchOptions wrong in new PromptSearchOptions[] { new() { K = 0 }, new() { Similarity = (PromptSimilarity)7 } })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => library.SearchAsync(query, wrong, Token));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => library.SearchManyAsync([query], wrong, Token));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => library.SearchAverageAsync([query], wrong, Token));
        }

        await Assert.ThrowsAsync<ArgumentNullException>(() => library.SearchAsync(null!, cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentException>(() => library.SearchManyAsync([query, null!], cancellationToken: Token));
    }

    private static IEnumerable<(string, double, PromptSimilarity)> Compared(IReadOnlyList<PromptMatch> found) => found.Select(match => (match.Info.Id, match.Similarity, match.ComparedBy));

    protected abstract Task<LibraryPlace> PlaceAsync();

    private static TaskEmbedding Embedding(string task, float[] values, int step) =>
        new(task, new SoftPrompt(1, values.Length, values, Samples.Backbone), step);

    private static PromptRecord OneRow(string id, float[] values, int step)
    {
        TaskEmbedding embedding = Embedding(id, values, step);
        PromptInfo info = new() { Id = id, Task = id, BackboneFingerprint = Samples.Backbone, Length = 1, Dim = values.Length, EmbeddingStep = step };
        return new PromptRecord(info, embedding.Prompt, embedding);
    }

    private sealed class OneByOne(IPromptLibrary library) : IPromptLibrary
    {
        public string? BackboneFingerprint => library.BackboneFingerprint;

        public Task AddAsync(PromptRecord record, bool replace, CancellationToken cancellationToken) => library.AddAsync(record, replace, cancellationToken);

        public Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken) => library.GetAsync(id, cancellationToken);

        public IAsyncEnumerable<PromptInfo> ListAsync(CancellationToken cancellationToken) => library.ListAsync(cancellationToken);

        public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) => library.RemoveAsync(id, cancellationToken);

        public Task<IReadOnlyList<PromptMatch>> SearchAsync(TaskEmbedding query, PromptSearchOptions? options, CancellationToken cancellationToken) =>
            library.SearchAsync(query, options, cancellationToken);
    }
}
