using System.Globalization;
using System.Xml.Linq;

namespace Spot.Tests.Packaging;

/// <summary>A fresh console project outside the repository, beside a feed of packages that hold what the tests were built with.</summary>
/// <remarks>Disposing it deletes both, and what the machine's cache of packages took from the feed.</remarks>
internal sealed class PackedProject : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _packed = [];
    private readonly CancellationToken _cancel;

    /// <param name="properties">MSBuild properties of the project beside output type and framework, as XML.</param>
    /// <param name="program">Its Program.cs.</param>
    /// <param name="cancellationToken">Ends what runs.</param>
    /// <param name="sdk">The SDK of the project.</param>
    public PackedProject(string properties, string program, CancellationToken cancellationToken, string sdk = "Microsoft.NET.Sdk")
    {
        _cancel = cancellationToken;
        Folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "app")).FullName;

        // The local feed beside the machine's own sources.
        File.WriteAllText(Path.Combine(_folder.Path, "NuGet.config"), """
            <configuration>
              <packageSources>
                <add key="spot-local" value="feed" />
              </packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(Folder, "app.csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <InvariantGlobalization>true</InvariantGlobalization>
                {properties}
              </PropertyGroup>
            </Project>
            """);
        Write(program);
    }

    /// <summary>Where the project lies.</summary>
    public string Folder { get; }

    /// <summary>The version of the packages, one of its own for each project: the cache of packages never serves an older build.</summary>
    public string Version { get; } = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    /// <summary>Packs a library, laid out as its nuspec expects it.</summary>
    /// <param name="id">The package, which the nuspec is named after.</param>
    public async Task PackAsync(string id)
    {
        _packed.Add(id);
        string stage = Path.Combine(_folder.Path, id);
        XDocument nuspec = XDocument.Load(Path.Combine(TestPaths.RepositoryRoot, $"{id}.nuspec"));
        foreach (string source in Elements(nuspec, "file").Select(file => file.Attribute("src")!.Value))
        {
            bool built = source.StartsWith("artifacts/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(stage, source))!);
            File.Copy(
                built ? Path.Combine(AppContext.BaseDirectory, Path.GetFileName(source)) : Path.Combine(TestPaths.RepositoryRoot, source), Path.Combine(stage, source));
        }

        foreach (XElement dependency in Elements(nuspec, "dependency").Where(element => _packed.Contains(element.Attribute("id")!.Value)))
        {
            dependency.SetAttributeValue("version", $"[{Version}]");
        }

        nuspec.Save(Path.Combine(stage, $"{id}.nuspec"));
        await SucceedAsync(stage, "pack", $"{id}.nuspec", "-o", Path.Combine(_folder.Path, "feed"), "--version", Version);
    }

    /// <summary>Adds a package; skips the test where its dependencies cannot be restored.</summary>
    public async Task AddPackageAsync(string id, string version)
    {
        (int exitCode, string output) = await CommandLine.DotnetAsync(Folder, _cancel, "add", "package", id, "--version", version);
        if (exitCode != 0 && output.Contains("NU1301", StringComparison.Ordinal))
        {
            Assert.Skip($"'{id}' and what it needs cannot be restored here, probably for want of a network: run this test where dotnet restore works.\n{output}");
        }

        Assert.True(exitCode == 0, output);
    }

    /// <summary>Adds the packages that a document tells to add, those that were packed in their version here.</summary>
    public async Task AddPackagesOfAsync(string document)
    {
        foreach ((string id, string version) in Markdown.Packages(document))
        {
            await AddPackageAsync(id, _packed.Contains(id) ? Version : version);
        }
    }

    /// <summary>Writes another Program.cs.</summary>
    public void Write(string program) => File.WriteAllText(Path.Combine(Folder, "Program.cs"), program);

    /// <summary>Builds the project.</summary>
    /// <returns>What was printed.</returns>
    public Task<string> BuildAsync(params string[] arguments) => SucceedAsync(Folder, ["build", "-c", "Release", .. arguments]);

    /// <summary>Publishes the project.</summary>
    /// <returns>What was printed.</returns>
    public Task<string> PublishAsync(params string[] arguments) => SucceedAsync(Folder, ["publish", "-c", "Release", .. arguments]);

    /// <summary>Runs what was built.</summary>
    /// <returns>What was printed.</returns>
    public Task<string> RunAsync(params string[] arguments) => SucceedAsync(Folder, [Path.Combine("bin", "Release", "net10.0", "app.dll"), .. arguments]);

    public void Dispose()
    {
        _folder.Dispose();
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string unpacked in _packed.Select(id => Path.Combine(packages, id.ToLowerInvariant(), Version)).Where(Directory.Exists))
        {
            Directory.Delete(unpacked, recursive: true);
        }
    }

    private async Task<string> SucceedAsync(string folder, params string[] arguments)
    {
        (int exitCode, string output) = await CommandLine.DotnetAsync(folder, _cancel, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}");
        return output;
    }

    private static IEnumerable<XElement> Elements(XDocument nuspec, string name) => nuspec.Descendants().Where(element => element.Name.LocalName == name);
}
