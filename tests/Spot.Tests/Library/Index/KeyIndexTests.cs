using Microsoft.Extensions.Logging.Abstractions;
using Spot.Library;
using Spot.Similarity;

namespace Spot.Tests.Library;

/// <summary>The index is a cache: nothing that happens to it makes an answer wrong.</summary>
public class KeyIndexTests
{
    private const int Records = 12;

    private static readonly TaskEmbedding Query = Samples.Query("q");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string IndexOf(string folder) => Path.Combine(folder, ".spot", "index");

    [Fact]
    public async Task Appending_leaves_what_is_there_and_opening_by_the_index_reads_no_sidecar()
    {
        using TempFolder folder = new();
        PromptLibrary library = await FilledAsync(folder.Path);
        Dictionary<string, byte[]> before = Directory.GetFiles(IndexOf(folder.Path)).ToDictionary(file => file, File.ReadAllBytes);
        Assert.Equal(16, before.Count);
        await library.AddAsync(Samples.Record("new"), cancellationToken: Token);
        Assert.Equal(before.Keys.Order(), Directory.GetFiles(IndexOf(folder.Path)).Order());
        foreach ((string file, byte[] bytes) in before.Where(pair => Path.GetFileName(pair.Key) != "head"))
        {
            int used = Array.FindLastIndex(bytes, value => value != 0) + 1;
            Assert.Equal(bytes[..used], (await File.ReadAllBytesAsync(file, Token))[..used]);
        }

        // A sidecar that is changed in place is not looked at, unless its record is found.
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "r3.json"), "damaged", Token);
        Assert.Empty(PromptLibrary.Open(folder.Path, null, fewRecords: 0).Problems);
        PromptLibrary opened = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        PromptRecord[] rest = [.. Enumerable.Range(0, Records).Where(i => i != 3).Select(i => Samples.Record($"r{i}", hasStart: i % 3 > 0)), Samples.Record("new")];
        Assert.Equal(Samples.Ranking(rest, Query, PromptSimilarity.AverageDisplacement), Samples.Ranking(await opened.SearchAsync(Query, new() { K = 99 }, Token)));
        Assert.EndsWith("r3.json", Assert.Single(opened.Problems).Path, StringComparison.Ordinal);
        Assert.Equal(Records, await opened.ListAsync(Token).CountAsync(Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Damage_anywhere_in_it_changes_no_answer(int fewRecords)
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        foreach (string name in Directory.GetFiles(IndexOf(folder.Path)).Select(file => Path.GetFileName(file)!.Split('.')[..^1]).Select(parts => string.Join('.', parts)).Order())
        {
            foreach (int change in Enumerable.Range(0, 7))
            {
                string file = name.Length == 0 ? Path.Combine(IndexOf(folder.Path), "head") : Assert.Single(Directory.GetFiles(IndexOf(folder.Path), name + ".*"));
                byte[] bytes = await File.ReadAllBytesAsync(file, Token);
                int used = Math.Max(16, Array.FindLastIndex(bytes, value => value != 0) + 1);
                File.Delete(file);
                if (change < 6)
                {
                    bytes[Math.Min(used - 1, change * used / 5)] ^= 0x21;
                    await File.WriteAllBytesAsync(file, change == 5 ? bytes[..(used / 2)] : bytes, Token);
                }

                await CheckAsync(PromptLibrary.Open(folder.Path, null, fewRecords), Enumerable.Range(0, Records).Select(i => $"r{i}"));
            }
        }
    }

    [Fact]
    public async Task Of_another_library_or_version_it_is_not_used()
    {
        using TempFolder folder = new();
        using TempFolder other = new();
        await FilledAsync(folder.Path);
        PromptLibrary twin = PromptLibrary.Open(other.Path);
        foreach (int i in Enumerable.Range(0, Records))
        {
            await twin.AddAsync(Samples.Record($"r{i}", $"other {i}"), cancellationToken: Token);
        }

        Directory.Delete(IndexOf(folder.Path), recursive: true);
        Directory.Move(IndexOf(other.Path), IndexOf(folder.Path));
        Directory.SetLastWriteTimeUtc(folder.Path, Directory.GetLastWriteTimeUtc(other.Path));
        await CheckAsync(PromptLibrary.Open(folder.Path, null, fewRecords: 0), Enumerable.Range(0, Records).Select(i => $"r{i}"));
        await CheckAsync(PromptLibrary.Open(folder.Path), Enumerable.Range(0, Records).Select(i => $"r{i}"));
    }

    [Theory]
    [InlineData("added")]
    [InlineData("replaced")]
    [InlineData("removed")]
    [InlineData("foreign")]
    public async Task What_others_do_to_the_folder_is_noticed(string change)
    {
        using TempFolder folder = new();
        using TempFolder other = new();
        await FilledAsync(folder.Path);
        await Task.Delay(30, Token); // longer than a tick of the file system's clock
        PromptLibrary elsewhere = PromptLibrary.Open(other.Path);
        string id = change == "replaced" ? "r5" : "s";
        await elsewhere.AddAsync(Samples.Record(id, "by hand"), cancellationToken: Token);
        IEnumerable<string> ids = Enumerable.Range(0, Records).Select(i => $"r{i}");
        switch (change)
        {
            case "removed":
                File.Delete(Path.Combine(folder.Path, "r5.json"));
                ids = ids.Where(known => known != "r5");
                break;
            case "foreign":
                await File.WriteAllTextAsync(Path.Combine(folder.Path, "README.md"), "?", Token);
                break;
            default:
                foreach (string file in Directory.GetFiles(other.Path, id + ".*"))
                {
                    File.Move(file, Path.Combine(folder.Path, Path.GetFileName(file)), overwrite: true);
                }

                ids = ids.Append(id).Distinct();
                break;
        }

        PromptLibrary opened = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        Assert.Equal(change == "added" ? 0 : 1, opened.Problems.Count);
        await CheckAsync(opened, ids);
        await CheckAsync(PromptLibrary.Open(folder.Path, null, fewRecords: 0), ids);
    }

    [Fact]
    public async Task Once_most_rows_are_dead_the_others_are_copied()
    {
        using TempFolder folder = new();
        using IndexMaps maps = new();
        KeyIndex index = KeyIndex.Create(folder.Path, Samples.Backbone, 8, maps);
        PromptRecord[] records = [.. Enumerable.Range(0, 40).Select(i => Samples.Record($"r{i}"))];
        foreach (int round in Enumerable.Range(0, 60))
        {
            foreach (PromptRecord record in records)
            {
                index.Append(new LibraryEntry(record.Info, "", new string('a', 64)), record.Embedding is null ? null : IndexKeys.Of(record.Embedding));
            }

            index = index.Commit(round);
            KeyIndex opened = KeyIndex.TryOpen(folder.Path, Samples.Backbone, maps)!;
            foreach (KeyIndex each in new[] { index, opened })
            {
                Assert.Equal((40, round), (each.LiveCount, each.Stamp));
                double[] key = new double[8];
                PromptKey.Write(Query.Prompt, PromptSimilarity.PerToken, key);
                KeySnapshot view = each.View();
                Assert.Equal(
                    Samples.Ranking(records, Query, PromptSimilarity.PerToken),
                    view.Search([key], 99, 100, PromptSimilarity.PerToken, Token)[0].Select(found => (view.Row(found.Index).IdText, found.Score)));
            }

            opened.Dispose();
        }

        Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(folder.Path, "rows.*"))).Length < 60 * 40 * 180);
        Assert.Null(KeyIndex.TryOpen(folder.Path, "another backbone", maps));
    }

    [Fact]
    public async Task Without_the_right_to_write_a_search_makes_an_index_of_its_own()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        Directory.Delete(IndexOf(folder.Path), recursive: true);
        PromptLibrary reader = PromptLibrary.Open(folder.Path);
        reader.WriteTimeout = TimeSpan.Zero;
        using (await WriteLock.AcquireAsync(Path.Combine(folder.Path, ".spot", "lock"), TimeSpan.Zero, NullLogger.Instance, Token))
        {
            await CheckAsync(reader, Enumerable.Range(0, Records).Select(i => $"r{i}"));
            Assert.False(Directory.Exists(IndexOf(folder.Path)));
        }

        await reader.AddAsync(Samples.Record("s"), cancellationToken: Token);
        await CheckAsync(reader, [.. Enumerable.Range(0, Records).Select(i => $"r{i}"), "s"]);
        await CheckAsync(PromptLibrary.Open(folder.Path, null, fewRecords: 0), [.. Enumerable.Range(0, Records).Select(i => $"r{i}"), "s"]);
    }

    [Fact]
    public async Task A_library_that_was_opened_by_its_index_is_a_library()
    {
        using TempFolder folder = new();
        await FilledAsync(folder.Path);
        PromptLibrary library = PromptLibrary.Open(folder.Path, null, fewRecords: 0);
        Assert.Equal(Samples.Backbone, library.BackboneFingerprint);
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("r1"), cancellationToken: Token));
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("R1"), replace: true, Token));
        await Assert.ThrowsAsync<SpotException>(() => library.AddAsync(Samples.Record("w", dim: 9), cancellationToken: Token));
        await library.AddAsync(Samples.Record("s"), cancellationToken: Token);
        await library.AddAsync(Samples.Record("r2", "new"), replace: true, Token);
        Assert.True(await library.RemoveAsync("r3", Token));
        Assert.False(await library.RemoveAsync("R4", Token));
        string[] ids = [.. Enumerable.Range(0, Records).Where(i => i != 3).Select(i => $"r{i}"), "s"];
        await CheckAsync(library, ids);
        Assert.Equal(ids.Order(StringComparer.Ordinal), await library.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        await CheckAsync(PromptLibrary.Open(folder.Path, null, fewRecords: 0), ids);
        Assert.Throws<SpotException>(() => PromptLibrary.Open(folder.Path, "another", fewRecords: 0));
        SpotException error = await Assert.ThrowsAsync<SpotException>(
            () => PromptLibrary.Open(folder.Path, null, fewRecords: 0).SearchAsync(Samples.Query("q", 7), new() { K = 3 }, Token));
        Assert.Contains("steps of the keys", error.Message, StringComparison.Ordinal);
    }

    private static async Task<PromptLibrary> FilledAsync(string folder)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        foreach (int i in Enumerable.Range(0, Records))
        {
            await library.AddAsync(Samples.Record($"r{i}", hasStart: i % 3 > 0), cancellationToken: Token);
        }

        return library;
    }

    private static async Task CheckAsync(PromptLibrary library, IEnumerable<string> ids)
    {
        List<PromptRecord> records = [];
        foreach (string id in ids)
        {
            records.Add((await library.GetAsync(id, Token))!);
        }

        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            foreach (int k in new[] { 3, 99 })
            {
                Assert.Equal(Samples.Ranking(records, Query, similarity).Take(k), Samples.Ranking(await library.SearchAsync(Query, new() { K = k, Similarity = similarity }, Token)));
            }
        }
    }
}
