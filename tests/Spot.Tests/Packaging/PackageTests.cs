using System.Runtime.InteropServices;
using Spot.Tests.Backbone;

namespace Spot.Tests.Packaging;

/// <summary>The package as a newcomer meets it: packed, added to a fresh console project outside the repository, run with and without a backend.</summary>
public sealed class PackageTests
{
    private const string Links = "<CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible><DefaultItemExcludes>own/**;kept/**;elsewhere/**;all/**;one/**</DefaultItemExcludes>";

    private static readonly string[] All = ["linux-x64", "osx-arm64", "win-x64"];

    private const string Program = """
        using Spot;
        using Spot.Backbone;
        using Spot.Library;

        float[] values = [.. Enumerable.Range(0, 16).Select(i => (float)Math.Sin(i))];
        SoftPrompt prompt = new(2, 8, values, "some backbone");
        TaskEmbedding embedding = new("films", prompt, 50);
        PromptInfo info = new() { Id = "films-0", Task = "films", BackboneFingerprint = "some backbone", Length = 2, Dim = 8, EmbeddingStep = 50 };
        using PromptLibrary library = PromptLibrary.Open(Path.Combine(AppContext.BaseDirectory, "prompts"));
        await library.AddAsync(new PromptRecord(info, prompt, embedding), replace: true);
        PromptMatch match = (await library.SearchAsync(embedding)).Single();
        Console.WriteLine(FormattableString.Invariant($"found: {match.Info.Id} {match.Similarity:F2}"));
        string maps = File.Exists("/proc/self/maps") ? File.ReadAllText("/proc/self/maps") : "";
        Console.WriteLine($"libtorch after search: {maps.Contains("torch_cpu") || maps.Contains("LibTorchSharp")}");
        try
        {
            using T5Backbone backbone = T5Backbone.Load(args[0], new BackboneOptions { Device = "cpu" });
            string loaded = File.Exists("/proc/self/maps") ? File.ReadAllText("/proc/self/maps") : "torch_cpu";
            Console.WriteLine($"libtorch after load: {loaded.Contains("torch_cpu")}");
            Console.WriteLine($"answers: {(await backbone.GenerateAsync(["review: A fine film."], maxTokens: 4)).Count}");
        }
        catch (SpotException e)
        {
            Console.WriteLine($"SpotException: {e.Message}");
        }
        """;

    [Fact]
    public async Task Packed_library_searches_without_a_backend_and_generates_with_one()
    {
        using PackedProject project = new(PackedDocuments.Properties, Program, TestContext.Current.CancellationToken);
        await project.PackAsync("Spot");

        await project.AddPackageAsync("Spot", project.Version);
        string build = await project.BuildAsync();
        Assert.Contains("warning SPOT0001", build, StringComparison.Ordinal);
        string[] bare = await RunAsync(project);
        Assert.Contains("found: films-0 1.00", bare);
        Assert.Contains("libtorch after search: False", bare);
        string failure = Assert.Single(bare, line => line.StartsWith("SpotException:", StringComparison.Ordinal));
        Assert.Contains("TorchSharp-cpu", failure, StringComparison.Ordinal);

        await project.AddPackageAsync("TorchSharp-cpu", TorchSharpVersion());
        Assert.DoesNotContain("SPOT0001", await project.BuildAsync(), StringComparison.Ordinal);
        string[] complete = await RunAsync(project);
        Assert.Contains("libtorch after search: False", complete);
        Assert.Contains("libtorch after load: True", complete);
        Assert.Contains("answers: 1", complete);
    }

    [Fact]
    public async Task A_build_takes_the_backend_of_its_own_system_and_a_publish_those_of_all()
    {
        using PackedProject project = new(PackedDocuments.Properties + Links, "Console.WriteLine(typeof(Spot.SoftPrompt));", TestContext.Current.CancellationToken);
        await project.PackAsync("Spot");
        await project.AddPackageAsync("Spot", project.Version);
        await project.AddPackageAsync("TorchSharp-cpu", TorchSharpVersion());
        string portable = PortableRid();
        Assert.SkipUnless(All.Contains(portable), $"There is no libtorch for {portable}.");

        await project.BuildAsync("-o", "own");
        Assert.Equal([portable], Systems(project, "own"));
        await project.BuildAsync("-o", "kept", "-p:SpotKeepAllBackends=true");
        Assert.Equal(All, Systems(project, "kept"));
        await project.BuildAsync("-o", "elsewhere", "-p:NETCoreSdkPortableRuntimeIdentifier=linux-arm64"); // a machine that has no libtorch builds for others
        Assert.Equal(All, Systems(project, "elsewhere"));

        string published = await project.PublishAsync("-o", "all");
        Assert.Contains($"Published with libtorch for {string.Join(", ", All)}", published, StringComparison.Ordinal);
        Assert.Equal(All, Systems(project, "all"));
        string one = await project.PublishAsync("-o", "one", "-r", "win-x64", "--no-self-contained");
        Assert.DoesNotContain("Published with libtorch", one, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project.Folder, "one", "torch_cpu.dll")));
        Assert.False(Directory.Exists(Path.Combine(project.Folder, "one", "runtimes")));
    }

    [Theory]
    [InlineData("src/Spot/README.md")]
    [InlineData("src/Spot.Plots/README.md")]
    [InlineData("src/Spot.AspNetCore/README.md")]
    [InlineData("src/Spot.Extensions.AI/README.md")]
    public void A_packed_readme_has_no_link_that_is_dead_outside_the_repository(string file)
    {
        string id = Path.GetFileName(Path.GetDirectoryName(file))!;
        Assert.Contains($"<file src=\"{file}\" target=\"README.md\" />", File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, id + ".nuspec")), StringComparison.Ordinal);
        string text = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, file));
        Assert.DoesNotContain("](", text, StringComparison.Ordinal);
        Assert.Contains($"dotnet add package {id} --version", text, StringComparison.Ordinal);
    }

    // The systems that libtorch was copied for.
    private static string[] Systems(PackedProject project, string output) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(project.Folder, output, "runtimes"), "*torch_cpu.*", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!).Distinct().Order(),
    ];

    private static string PortableRid() =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private static async Task<string[]> RunAsync(PackedProject project) =>
        (await project.RunAsync(TestModels.SpotTiny)).Split('\n', StringSplitOptions.TrimEntries);

    internal static string TorchSharpVersion() => NuspecTests.Value(
        NuspecTests.Elements(NuspecTests.Nuspec, "dependency").Single(d => NuspecTests.Value(d, "id") == "TorchSharp"), "version").Trim('[', ']');
}
