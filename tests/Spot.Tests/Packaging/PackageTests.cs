using System.Globalization;
using System.Xml.Linq;
using Spot.Tests.Backbone;

namespace Spot.Tests.Packaging;

/// <summary>The package as a newcomer meets it: packed, added to a fresh console project outside the repository, run with and without a backend.</summary>
public sealed class PackageTests : IDisposable
{
    // A version of its own for each run: the cache of packages never serves an older build.
    private readonly string _version = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string unpacked = Path.Combine(packages, "spot", _version);
        if (Directory.Exists(unpacked))
        {
            Directory.Delete(unpacked, recursive: true);
        }
    }

    [Fact]
    public async Task Packed_library_searches_without_a_backend_and_generates_with_one()
    {
        await PackAsync();
        string project = WriteProject();

        await AddPackageAsync(project, "Spot", _version);
        string build = await SucceedAsync(project, "build", "-c", "Release");
        Assert.Contains("warning SPOT0001", build, StringComparison.Ordinal);
        string[] bare = await RunAsync(project);
        Assert.Contains("found: films-0 1.00", bare);
        Assert.Contains("libtorch after search: False", bare);
        string failure = Assert.Single(bare, line => line.StartsWith("SpotException:", StringComparison.Ordinal));
        Assert.Contains("TorchSharp-cpu", failure, StringComparison.Ordinal);

        await AddPackageAsync(project, "TorchSharp-cpu", TorchSharpVersion());
        Assert.DoesNotContain("SPOT0001", await SucceedAsync(project, "build", "-c", "Release"), StringComparison.Ordinal);
        string[] complete = await RunAsync(project);
        Assert.Contains("libtorch after search: False", complete);
        Assert.Contains("libtorch after load: True", complete);
        Assert.Contains("answers: 1", complete);
    }

    /// <summary>Packs what the tests were built with, laid out as Spot.nuspec expects it.</summary>
    private async Task PackAsync()
    {
        string stage = Path.Combine(_folder.Path, "stage");
        foreach (XElement file in NuspecTests.Elements(NuspecTests.Nuspec, "file"))
        {
            string source = NuspecTests.Value(file, "src");
            bool built = source.StartsWith("artifacts/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(stage, source))!);
            File.Copy(
                built ? Path.Combine(AppContext.BaseDirectory, Path.GetFileName(source)) : Path.Combine(TestPaths.RepositoryRoot, source),
                Path.Combine(stage, source));
        }

        File.Copy(Path.Combine(TestPaths.RepositoryRoot, "Spot.nuspec"), Path.Combine(stage, "Spot.nuspec"));
        await SucceedAsync(stage, "pack", "Spot.nuspec", "-o", Path.Combine(_folder.Path, "feed"), "--version", _version);
    }

    /// <summary>A console project with the local feed beside the machine's own sources.</summary>
    private string WriteProject()
    {
        string project = Directory.CreateDirectory(Path.Combine(_folder.Path, "app")).FullName;
        File.WriteAllText(Path.Combine(_folder.Path, "NuGet.config"), """
            <configuration>
              <packageSources>
                <add key="spot-local" value="feed" />
              </packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(project, "app.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <InvariantGlobalization>true</InvariantGlobalization>
                <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(project, "Program.cs"), """
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
            """);
        return project;
    }

    private static async Task AddPackageAsync(string project, string id, string version)
    {
        (int exitCode, string output) = await CommandLine.DotnetAsync(project, Cancel, "add", "package", id, "--version", version);
        if (exitCode != 0 && output.Contains("NU1301", StringComparison.Ordinal))
        {
            Assert.Skip($"'{id}' and what it needs cannot be restored here, probably for want of a network: run this test where dotnet restore works.\n{output}");
        }

        Assert.True(exitCode == 0, output);
    }

    private static async Task<string> SucceedAsync(string folder, params string[] arguments)
    {
        (int exitCode, string output) = await CommandLine.DotnetAsync(folder, Cancel, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}");
        return output;
    }

    private static async Task<string[]> RunAsync(string project)
    {
        string program = Path.Combine(project, "bin", "Release", "net10.0", "app.dll");
        return (await SucceedAsync(project, program, TestModels.SpotTiny)).Split('\n', StringSplitOptions.TrimEntries);
    }

    private static string TorchSharpVersion() => NuspecTests.Value(
        NuspecTests.Elements(NuspecTests.Nuspec, "dependency").Single(d => NuspecTests.Value(d, "id") == "TorchSharp"), "version").Trim('[', ']');
}
