using System.Diagnostics;
using System.Globalization;
using Spot.Library;

namespace Spot.Tests.Library;

/// <summary>Several processes in one library, and processes that are killed.</summary>
public class LibraryProcessTests
{
    private const string WorkVariable = "SPOT_LIBRARY_TEST_WORK", FolderVariable = "SPOT_LIBRARY_TEST_FOLDER", NameVariable = "SPOT_LIBRARY_TEST_NAME";
    private const int Adds = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_process_loses_nothing_that_it_acknowledged()
    {
        Random random = new(7);
        for (int round = 0; round < 3; round++)
        {
            using TempFolder folder = new();
            string library = Path.Combine(folder.Path, "library"), log = Path.Combine(folder.Path, "log");
            using Process child = Start("add", library, log);
            int wanted = random.Next(1, Adds - 20);
            while (!child.HasExited && Acknowledged(log).Length < wanted)
            {
                await Task.Delay(1, Token);
            }

            Assert.False(child.HasExited);
            child.Kill(); // SIGKILL: nothing in it can react
            await child.WaitForExitAsync(Token);

            string[] acknowledged = Acknowledged(log);
            PromptLibrary opened = PromptLibrary.Open(library);
            opened.WriteTimeout = TimeSpan.FromSeconds(2);
            Assert.All(opened.Problems, problem => Assert.Contains("interrupted", problem.Message, StringComparison.Ordinal));
            Assert.Empty(acknowledged.Except(await opened.ListAsync(Token).Select(info => info.Id).ToListAsync(Token)));
            foreach (string id in acknowledged)
            {
                Samples.AssertEqual(Samples.Record(id), await opened.GetAsync(id, Token));
            }

            // The lock is free, the index agrees with the records, and the work goes on.
            foreach (string id in Enumerable.Range(0, Adds).Select(Id))
            {
                await opened.AddAsync(Samples.Record(id), replace: true, Token);
            }

            foreach (PromptLibrary again in new[] { opened, PromptLibrary.Open(library), PromptLibrary.Open(library, null, fewRecords: 0) })
            {
                await CheckAsync(again, Enumerable.Range(0, Adds).Select(Id));
            }
        }
    }

    [Fact]
    public async Task A_killed_import_adds_nothing()
    {
        using TempFolder folder = new();
        string archive = Path.Combine(folder.Path, "archive.zip"), target = Path.Combine(folder.Path, "target");
        PromptLibrary source = PromptLibrary.Open(Path.Combine(folder.Path, "source"));
        foreach (string id in Enumerable.Range(0, 60).Select(Id))
        {
            await source.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        await source.ExportAsync(archive, Token);
        await PromptLibrary.Open(target).AddAsync(Samples.Record("before"), cancellationToken: Token);
        using Process child = Start("import", target, archive);
        while (!child.HasExited && Directory.GetFiles(target, "*.json").Length < 10)
        {
            await Task.Delay(1, Token);
        }

        Assert.False(child.HasExited);
        child.Kill();
        await child.WaitForExitAsync(Token);
        Assert.NotInRange(Directory.GetFiles(target, "*.json").Length, 0, 9);

        PromptLibrary opened = PromptLibrary.Open(target);
        Assert.Equal(["before"], await opened.ListAsync(Token).Select(info => info.Id).ToListAsync(Token));
        Assert.Contains("import", Assert.Single(opened.Problems).Message, StringComparison.Ordinal);
        Assert.Null(await opened.GetAsync(Id(0), Token));
        await CheckAsync(opened, ["before"]);
        await opened.AddAsync(Samples.Record("after"), cancellationToken: Token);
        Assert.Empty(opened.Problems);
        Assert.Equal(5, Directory.GetFiles(target).Length);
        Assert.Equal(60, (await opened.ImportAsync(archive, Token)).Count);
        await CheckAsync(opened, [.. Enumerable.Range(0, 60).Select(Id), "after", "before"]);
    }

    [Fact]
    public async Task Processes_that_replace_the_same_ids_do_not_disturb_each_other_or_a_reader()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "library");
        PromptLibrary library = PromptLibrary.Open(path);
        await library.AddAsync(Samples.Record("fixed"), cancellationToken: Token);
        using Process one = Start("replace", path, "one"), two = Start("replace", path, "two");
        PromptRecord[] known = [.. Contents("one").Concat(Contents("two")), Samples.Record("fixed")];
        int searches = 0;
        while (!one.HasExited || !two.HasExited)
        {
            IReadOnlyList<PromptMatch> found = await library.SearchAsync(Samples.Query("q"), new() { K = 100 }, Token);
            Assert.Contains(found, match => match.Info.Id == "fixed");
            Assert.Equal(found.OrderByDescending(match => match.Similarity).ThenBy(match => match.Info.Id, StringComparer.Ordinal), found);
            Assert.All(found, match => Assert.Contains(
                known, record => record.Info.Id == match.Info.Id && Samples.Ranking([record], Samples.Query("q"), PromptSimilarity.AverageDisplacement)[0].Similarity == match.Similarity));
            searches++;
        }

        await one.WaitForExitAsync(Token);
        await two.WaitForExitAsync(Token);
        Assert.Equal((0, 0), (one.ExitCode, two.ExitCode));
        Assert.NotEqual(0, searches);
        foreach (PromptLibrary opened in new[] { PromptLibrary.Open(path), PromptLibrary.Open(path, null, fewRecords: 0), library })
        {
            await opened.RefreshAsync(Token);
            Assert.Empty(opened.Problems);
            await CheckAsync(opened, [.. Enumerable.Range(0, 5).Select(Id), "fixed"]);
        }

        Assert.Equal(1 + (2 * 6), Directory.GetFiles(path).Length);
    }

    /// <summary>What the children do.</summary>
    [Fact(Explicit = true)]
    public async Task The_child_works_when_it_is_told_what()
    {
        string work = ChildProcess.Variable(WorkVariable), name = ChildProcess.Variable(NameVariable);
        PromptLibrary library = PromptLibrary.Open(ChildProcess.Variable(FolderVariable));
        if (work == "add")
        {
            using StreamWriter log = new(name) { AutoFlush = true };
            await Task.WhenAll(Enumerable.Range(0, Adds).Select(async i =>
            {
                await library.AddAsync(Samples.Record(Id(i)), cancellationToken: Token);
                lock (log)
                {
                    log.WriteLine(Id(i));
                }
            }));
        }
        else if (work == "import")
        {
            await library.ImportAsync(name, Token);
        }
        else
        {
            foreach (PromptRecord record in Contents(name))
            {
                await library.AddAsync(record, replace: true, Token);
            }
        }
    }

    private static string Id(int i) => "r" + i.ToString("d3", CultureInfo.InvariantCulture);

    private static IEnumerable<PromptRecord> Contents(string process) =>
        Enumerable.Range(0, 40).Select(i => Samples.Record(Id(i % 5), $"{process} {i}"));

    /// <summary>The library holds exactly these records, each whole, and searches find them as comparing one by one does.</summary>
    private static async Task CheckAsync(PromptLibrary library, IEnumerable<string> ids)
    {
        List<PromptRecord> records = [];
        foreach (string id in ids)
        {
            records.Add((await library.GetAsync(id, Token))!);
        }

        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            Assert.Equal(
                Samples.Ranking(records, Samples.Query("q"), similarity), Samples.Ranking(await library.SearchAsync(Samples.Query("q"), new() { K = 1000, Similarity = similarity }, Token)));
        }
    }

    private static string[] Acknowledged(string log)
    {
        if (!File.Exists(log))
        {
            return [];
        }

        using StreamReader reader = new(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Process Start(string work, string folder, string name) => ChildProcess.Start(
        typeof(LibraryProcessTests),
        nameof(The_child_works_when_it_is_told_what),
        null,
        (WorkVariable, work),
        (FolderVariable, folder),
        (NameVariable, name));
}
