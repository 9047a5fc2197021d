using Spot.Library;

namespace Spot.Tests.Library;

/// <summary>A writer dies between any two of its steps: each folder that it can leave is the old library or the new one.</summary>
public class PromptLibraryCrashTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Adding_can_die_anywhere(bool replacing)
    {
        using TempFolder before = new();
        using TempFolder after = new();
        await PromptLibrary.Open(before.Path).AddAsync(Samples.Record("other"), cancellationToken: Token);
        if (replacing)
        {
            await PromptLibrary.Open(before.Path).AddAsync(Samples.Record("x", "old"), cancellationToken: Token);
        }

        Copy(before.Path, after.Path);
        await PromptLibrary.Open(after.Path).AddAsync(Samples.Record("x", "new"), replacing, Token);
        string payload = Assert.Single(Directory.GetFiles(after.Path, "x.*.safetensors"));
        string sidecar = Path.Combine(after.Path, "x.json");

        // The steps on disk, in order: half a temporary payload, the payload, half a temporary sidecar, the sidecar, the old payload's removal.
        List<Action<string>> steps =
        [
            folder => CutInto(payload, folder),
            folder => File.Move(Path.Combine(folder, Path.GetFileName(payload) + ".0.tmp"), Path.Combine(folder, "left.tmp")),
            folder => File.Copy(payload, Path.Combine(folder, Path.GetFileName(payload))),
            folder => CutInto(sidecar, folder),
            folder => File.Copy(sidecar, Path.Combine(folder, "x.json"), overwrite: true),
        ];
        for (int done = 0; done <= steps.Count; done++)
        {
            using TempFolder crashed = new();
            Copy(before.Path, crashed.Path);
            steps.Take(done).ToList().ForEach(step => step(crashed.Path));
            PromptLibrary library = PromptLibrary.Open(crashed.Path);
            PromptRecord? found = await library.GetAsync("x", Token);
            if (done == steps.Count)
            {
                Samples.AssertEqual(Samples.Record("x", "new"), found);
            }
            else if (replacing)
            {
                Samples.AssertEqual(Samples.Record("x", "old"), found);
            }
            else
            {
                Assert.Null(found);
            }

            Samples.AssertEqual(Samples.Record("other"), await library.GetAsync("other", Token));
            Assert.Equal(found is null ? 1 : 2, (await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);

            // The work can be done again, and a replacement clears what the crash left.
            await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
            await library.RefreshAsync(Token);
            Assert.Empty(library.Problems);
            Samples.AssertEqual(Samples.Record("x", "new"), await library.GetAsync("x", Token));
        }
    }

    [Fact]
    public async Task Removing_can_die_after_the_sidecar()
    {
        using TempFolder folder = new();
        await PromptLibrary.Open(folder.Path).AddAsync(Samples.Record("x"), cancellationToken: Token);
        File.Delete(Path.Combine(folder.Path, "x.json"));
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Null(await library.GetAsync("x", Token));
        Assert.Contains("interrupted", Assert.Single(library.Problems).Message, StringComparison.Ordinal);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
    }

    [Fact]
    public async Task The_first_record_can_die_after_the_header()
    {
        using TempFolder folder = new();
        await PromptLibrary.Open(folder.Path).AddAsync(Samples.Record("x"), cancellationToken: Token);
        foreach (string file in Directory.GetFiles(folder.Path, "x.*"))
        {
            File.Delete(file);
        }

        PromptLibrary library = PromptLibrary.Open(folder.Path);
        Assert.Empty(library.Problems);
        await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
    }

    [Fact]
    public async Task A_record_that_cannot_be_committed_leaves_nothing()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);

        // A folder where the sidecar should go: the payload can be written, the commit cannot.
        Directory.CreateDirectory(Path.Combine(folder.Path, "x.json", "full"));
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => library.AddAsync(Samples.Record("x"), replace: true, Token));
        Assert.True(error is IOException or UnauthorizedAccessException, error.ToString());
        Assert.Contains(Path.Combine(folder.Path, "x.json"), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Null(library.BackboneFingerprint);
        Assert.Null(await library.GetAsync("x", Token));
        await library.AddAsync(Samples.Record("y", backbone: "two"), cancellationToken: Token);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static void CutInto(string file, string folder)
    {
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file) + ".0.tmp"), bytes[..(bytes.Length / 2)]);
    }
}
