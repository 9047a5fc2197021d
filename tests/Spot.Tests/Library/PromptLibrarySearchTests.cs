using Spot.Library;

namespace Spot.Tests.Library;

public class PromptLibrarySearchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_is_returned_is_read()
    {
        using TempFolder folder = new();
        PromptLibrary writer = PromptLibrary.Open(folder.Path);
        PromptRecord[] records = [.. Enumerable.Range(0, 40).Select(i => Samples.Record($"r{i:d2}"))];
        foreach (PromptRecord record in records)
        {
            await writer.AddAsync(record, cancellationToken: Token);
        }

        TaskEmbedding query = Samples.Query("q");
        static bool IsOdd(PromptInfo info) => info.Id[^1] % 2 == 1;
        (string Id, double)[] expected = [.. Samples.Ranking(records.Where(record => IsOdd(record.Info)), query, PromptSimilarity.AverageDisplacement).Take(3)];
        foreach (string file in Directory.GetFiles(folder.Path, "r*").Where(file => !expected.Any(found => Path.GetFileName(file).StartsWith(found.Id, StringComparison.Ordinal))))
        {
            await File.WriteAllTextAsync(file, "damaged", Token); // in place: the folder's time stamp stays
        }

        PromptLibrary library = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        PromptSearchOptions options = new() { K = 3, Filter = IsOdd };
        foreach (Task<IReadOnlyList<PromptMatch>> search in new[] { library.SearchAsync(query, options, Token), library.SearchAverageAsync([query, query], options, Token) })
        {
            IReadOnlyList<PromptMatch> found = await search;
            Assert.Equal(expected.Select(one => one.Id), found.Select(match => match.Info.Id));
            Assert.Empty(library.Problems);
        }
    }

    [Fact]
    public async Task However_many_damaged_records_are_nearest_the_next_ones_are_found()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        PromptRecord[] records = [.. Enumerable.Range(0, 30).Select(i => Samples.Record($"r{i:d2}"))];
        foreach (PromptRecord record in records)
        {
            await library.AddAsync(record, cancellationToken: Token);
        }

        TaskEmbedding query = Samples.Query("q");
        (string Id, double)[] ranking = Samples.Ranking(records, query, PromptSimilarity.AverageDisplacement);
        foreach ((string id, _) in ranking[..25])
        {
            await File.WriteAllTextAsync(Assert.Single(Directory.GetFiles(folder.Path, id + ".*.safetensors")), "damaged", Token);
        }

        Assert.Equal(ranking[25..26], Samples.Ranking(await library.SearchAsync(query, new() { K = 1 }, Token)));
        Assert.Equal(25, library.Problems.Count);
    }

    [Fact]
    public async Task What_is_replaced_and_removed_while_a_search_looks_is_found_as_it_was()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path), elsewhere = PromptLibrary.Open(folder.Path);
        PromptRecord[] records = [.. Enumerable.Range(0, 6).Select(i => Samples.Record($"r{i}"))];
        foreach (PromptRecord record in records)
        {
            await library.AddAsync(record, cancellationToken: Token);
        }

        // The filter is asked between the look at the keys and the look at the records: the nearest is another one each time.
        TaskEmbedding query = Samples.Query("q");
        (string Id, double)[] ranking = Samples.Ranking(records, query, PromptSimilarity.AverageDisplacement);
        (PromptRecord fresh, PromptRecord other) = (Samples.Record(ranking[0].Id), Samples.Record(ranking[0].Id, "other"));
        int asked = 0;
        bool Replace(PromptInfo info)
        {
            if (info.Id == ranking[0].Id)
            {
                elsewhere.AddAsync((++asked % 2 == 0) ? fresh : other, replace: true, Token).GetAwaiter().GetResult();
            }

            return true;
        }

        IReadOnlyList<PromptMatch> found = await library.SearchAsync(query, new() { K = 6, Filter = Replace }, Token);
        Assert.Contains(
            Samples.Ranking(found), new[] { ranking, Samples.Ranking(records.Select(record => record.Info.Id == other.Info.Id ? other : record), query, PromptSimilarity.AverageDisplacement) });
        Assert.InRange(asked, 1, 3);

        bool isGone = false;
        bool Remove(PromptInfo info)
        {
            isGone |= !isGone && elsewhere.RemoveAsync("r3", Token).GetAwaiter().GetResult();
            return true;
        }

        library = PromptLibrary.Open(folder.Path); // what it has seen once it would not look at again
        found = await library.SearchAsync(query, new() { K = 6, Filter = Remove }, Token);
        Assert.True(isGone);
        Assert.Equal(5, found.Count);
        Assert.Empty(library.Problems);
    }

    [Fact]
    public async Task What_is_told_of_a_record_is_what_its_sidecar_says()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        PromptRecord record = Samples.Record("x");
        await library.AddAsync(record, cancellationToken: Token);
        await library.AddAsync(Samples.Record("y"), cancellationToken: Token);
        TaskEmbedding query = Samples.Query("q");
        Assert.Equal(2, (await library.SearchAsync(query, new() { K = 9 }, Token)).Count);

        // The same numbers with another description, by way of the library and by hand.
        await library.AddAsync(record with { Info = record.Info with { Note = "new" } }, replace: true, Token);
        Assert.Equal("new", (await library.SearchAsync(query, new() { K = 9 }, Token)).Single(match => match.Info.Id == "x").Info.Note);
        string sidecar = Path.Combine(folder.Path, "x.json");
        await File.WriteAllTextAsync(sidecar, (await File.ReadAllTextAsync(sidecar, Token)).Replace("\"new\"", "\"by hand\"", StringComparison.Ordinal), Token);
        await library.RefreshAsync(Token);
        Assert.Equal(["x"], (await library.SearchAsync(query, new() { K = 9, Filter = info => info.Note == "by hand" }, Token)).Select(match => match.Info.Id));
        await library.AddAsync(Samples.Record("z"), cancellationToken: Token);
        Assert.Equal(3, (await PromptLibrary.Open(folder.Path, null, fewRecords: 0).SearchAsync(query, new() { K = 9 }, Token)).Count);
    }

    [Fact]
    public void A_search_finds_as_many_as_the_strategies_take() => Assert.Equal(
        new Spot.Transfer.BestOfTopK(new Spot.Tests.Transfer.FakeTuner(_ => 1), new Spot.Tests.Transfer.FakeEmbedder(Samples.Query("q")), PromptLibrary.Open("none")).K, new PromptSearchOptions().K);
}
