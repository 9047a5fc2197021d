using Spot.Tests.Backbone;

namespace Spot.Tests.Packaging;

/// <summary>The package as a newcomer meets it: packed, added to a fresh console project outside the repository, run with and without a backend.</summary>
public sealed class PackageTests
{
    private const string Properties = """
        <ImplicitUsings>enable</ImplicitUsings>
        <Nullable>enable</Nullable>
        <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
        """;

    private const string Program = """
        using Spot;
        using Spot.Backbone;
        using Spot.Library;

        float[] values = [.. Enumerable.Range(0, 16).Select(i => (float)Math.Sin(i))];
        SoftPrompt prompt = new(2, 8, values, "some backbone");
        TaskEmbedding embedding = new("films", prompt, 50);
        PromptInfo info = new() { Id = "films-0", Task = "films", Backbone = "some backbone", Length = 2, Dim = 8, EmbeddingStep = 50 };
        PromptLibrary library = PromptLibrary.Open(Path.Combine(AppContext.BaseDirectory, "prompts"));
        await library.AddAsync(new PromptRecord(info, prompt, embedding), replace: true);
        PromptMatch match = (await library.SearchAsync(embedding, 3)).Single();
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
        using PackedProject project = new(Properties, Program, TestContext.Current.CancellationToken);
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

    private static async Task<string[]> RunAsync(PackedProject project) =>
        (await project.RunAsync(TestModels.SpotTiny)).Split('\n', StringSplitOptions.TrimEntries);

    private static string TorchSharpVersion() => NuspecTests.Value(
        NuspecTests.Elements(NuspecTests.Nuspec, "dependency").Single(d => NuspecTests.Value(d, "id") == "TorchSharp"), "version").Trim('[', ']');
}
