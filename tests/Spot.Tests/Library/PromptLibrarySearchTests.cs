using System.Globalization;
using Spot.Library;
using Spot.Numerics;
using Spot.Tests.Numerics;

namespace Spot.Tests.Library;

public class PromptLibrarySearchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rankings_on_disk_are_exact()
    {
        foreach (RetrievalCase item in RetrievalCase.All().Where(item => item.N <= 50))
        {
            using TempFolder folder = new();
            PromptLibrary library = PromptLibrary.Open(folder.Path);
            foreach (int i in Enumerable.Range(0, item.N).Reverse())
            {
                await library.AddAsync(OneRow(i.ToString("d6", CultureInfo.InvariantCulture), item.Key(i), 5), cancellationToken: Token);
            }

            foreach (PromptLibrary opened in new[] { library, PromptLibrary.Open(folder.Path), PromptLibrary.Open(folder.Path, null, fewRecords: 0) })
            {
                foreach (RetrievalQuery query in item.Queries)
                {
                    IReadOnlyList<PromptMatch> found = await opened.SearchAsync(Embedding("q", query.Values, 5), query.Ids.Length, cancellationToken: Token);
                    Assert.Equal(query.Ids, found.Select(match => int.Parse(match.Info.Id, CultureInfo.InvariantCulture)));
                    Assert.All(query.Scores.Zip(found), pair => Assert.Equal(pair.First, pair.Second.Similarity, 1e-12));
                }
            }
        }
    }

    [Theory]
    [InlineData(PromptSimilarity.AverageToken)]
    [InlineData(PromptSimilarity.PerToken)]
    public async Task Search_agrees_with_comparing_one_by_one_after_every_change(PromptSimilarity similarity)
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Dictionary<string, PromptRecord> records = [];
        TaskEmbedding query = Samples.Query("query");
        async Task Check()
        {
            // As it is, read again, and by its index alone.
            foreach (PromptLibrary opened in new[] { library, PromptLibrary.Open(folder.Path), PromptLibrary.Open(folder.Path, null, fewRecords: 0) })
            {
                Assert.Equal(Samples.Ranking(records.Values, query, similarity), Samples.Ranking(await opened.SearchAsync(query, 100, similarity, Token)));
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
        await Add(Samples.Record("other-step", step: 50));
        await Add(Samples.Record("no-embedding", step: null));
        await Add(Samples.Record("a"));
        await Add(Samples.Record("m", "changed"));
        await library.RemoveAsync("B", Token);
        records.Remove("B");
        await Check();
        Assert.Single(await library.SearchAsync(query, 1, similarity, Token));
        Assert.Equal(["other-step"], (await library.SearchAsync(query with { Step = 50 }, 9, similarity, Token)).Select(match => match.Info.Id));
    }

    [Fact]
    public async Task Several_queries_find_what_each_finds_alone()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        foreach (int i in Enumerable.Range(0, 30))
        {
            await library.AddAsync(Samples.Record($"r{i}", step: i % 3 == 0 ? 50 : 100), cancellationToken: Token);
        }

        TaskEmbedding[] queries = [.. Enumerable.Range(0, 11).Select(i => Samples.Query($"q{i}", i % 4 == 1 ? 50 : 100))];
        IReadOnlyList<IReadOnlyList<PromptMatch>> together = await library.SearchAsync(queries, 7, PromptSimilarity.PerToken, Token);
        for (int i = 0; i < queries.Length; i++)
        {
            Assert.Equal(await library.SearchAsync(queries[i], 7, PromptSimilarity.PerToken, Token), together[i]);
        }

        IPromptLibrary plain = new OneByOne(library); // has no search of several queries of its own
        Assert.Equal(together, await plain.SearchAsync(queries, 7, PromptSimilarity.PerToken, Token));
        Assert.Empty(await library.SearchAsync(Array.Empty<TaskEmbedding>(), 7, cancellationToken: Token));
        await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync([queries[0], Samples.Query("q", backbone: "two")], 7, cancellationToken: Token));
    }

    [Fact]
    public async Task Steps_are_not_mixed()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Empty(await library.SearchAsync(Samples.Query("q"), 3, cancellationToken: Token));
        await library.AddAsync(Samples.Record("none", step: null), cancellationToken: Token);
        Assert.Empty(await library.SearchAsync(Samples.Query("q"), 3, cancellationToken: Token));
        await library.AddAsync(Samples.Record("x", step: 10), cancellationToken: Token);
        await library.AddAsync(Samples.Record("y", step: 2000), cancellationToken: Token);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => library.SearchAsync(Samples.Query("q"), 3, cancellationToken: Token));
        Assert.All(["step 100", "10, 2000", folder.Path], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => library.SearchAsync(Samples.Query("q"), 0, cancellationToken: Token));
        Assert.Single(await library.SearchAsync(Samples.Query("q", 10), int.MaxValue, cancellationToken: Token));
    }

    [Fact]
    public async Task Query_and_keys_may_differ_in_length()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        PromptRecord record = Samples.Record("x");
        await library.AddAsync(record, cancellationToken: Token);
        TaskEmbedding query = new("q", Samples.Prompt("long", length: 20), 100);
        PromptMatch match = Assert.Single(await library.SearchAsync(query, 1, PromptSimilarity.PerToken, Token));
        Assert.Equal(PromptCosine.PerToken(query.Prompt, record.Embedding!.Prompt), match.Similarity);
    }

    private static TaskEmbedding Embedding(string task, float[] values, int step) =>
        new(task, new SoftPrompt(1, values.Length, values, Samples.Backbone), step);

    private static PromptRecord OneRow(string id, float[] values, int step)
    {
        TaskEmbedding embedding = Embedding(id, values, step);
        PromptInfo info = new() { Id = id, Task = id, Backbone = Samples.Backbone, Length = 1, Dim = values.Length, EmbeddingStep = step };
        return new PromptRecord(info, embedding.Prompt, embedding);
    }

    private sealed class OneByOne(PromptLibrary library) : IPromptLibrary
    {
        public string? Backbone => library.Backbone;

        public Task AddAsync(PromptRecord record, bool replace, CancellationToken cancellationToken) => library.AddAsync(record, replace, cancellationToken);

        public Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken) => library.GetAsync(id, cancellationToken);

        public Task<IReadOnlyList<PromptInfo>> ListAsync(CancellationToken cancellationToken) => library.ListAsync(cancellationToken);

        public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) => library.RemoveAsync(id, cancellationToken);

        public Task<IReadOnlyList<PromptMatch>> SearchAsync(TaskEmbedding query, int k, PromptSimilarity similarity, CancellationToken cancellationToken) =>
            library.SearchAsync(query, k, similarity, cancellationToken);
    }
}
