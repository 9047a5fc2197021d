using System.Globalization;
using System.Xml.Linq;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.Plots.Tests;

/// <summary>The packages as a newcomer meets them: packed, added to a fresh console project outside the repository, a figure drawn.</summary>
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
        foreach (string id in (string[])["spot", "spot.plots"])
        {
            string unpacked = Path.Combine(packages, id, _version);
            if (Directory.Exists(unpacked))
            {
                Directory.Delete(unpacked, recursive: true);
            }
        }
    }

    [Fact]
    public async Task A_packed_library_draws_without_a_backend()
    {
        foreach (string id in (string[])["Spot", "Spot.Plots"])
        {
            await PackAsync(id);
        }

        string project = WriteProject();
        (int added, string output) = await CommandLine.DotnetAsync(project, Cancel, "add", "package", "Spot.Plots", "--version", _version);
        if (added != 0 && output.Contains("NU1301", StringComparison.Ordinal))
        {
            Assert.Skip($"What Spot.Plots needs cannot be restored here, probably for want of a network: run this test where dotnet restore works.\n{output}");
        }

        Assert.True(added == 0, output);
        await SucceedAsync(project, "build", "-c", "Release");
        await SucceedAsync(project, Path.Combine("bin", "Release", "net10.0", "app.dll"));
        Assert.True(new FileInfo(Path.Combine(project, "map.png")).Length > 1000);
        Assert.Contains("a title", Svg.Texts(File.ReadAllText(Path.Combine(project, "map.svg"))));
    }

    /// <summary>Packs what the tests were built with, laid out as the nuspec expects it, in the test's version.</summary>
    private async Task PackAsync(string id)
    {
        string stage = Path.Combine(_folder.Path, id);
        XDocument nuspec = XDocument.Load(Path.Combine(TestPaths.RepositoryRoot, $"{id}.nuspec"));
        foreach (string source in nuspec.Descendants().Where(element => element.Name.LocalName == "file").Select(file => file.Attribute("src")!.Value))
        {
            bool built = source.StartsWith("artifacts/", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(stage, source))!);
            File.Copy(
                built ? Path.Combine(AppContext.BaseDirectory, Path.GetFileName(source)) : Path.Combine(TestPaths.RepositoryRoot, source), Path.Combine(stage, source));
        }

        foreach (XElement dependency in nuspec.Descendants().Where(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value == "Spot"))
        {
            dependency.SetAttributeValue("version", $"[{_version}]");
        }

        nuspec.Save(Path.Combine(stage, $"{id}.nuspec"));
        await SucceedAsync(stage, "pack", $"{id}.nuspec", "-o", Path.Combine(_folder.Path, "feed"), "--version", _version);
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
                <InvariantGlobalization>true</InvariantGlobalization>
                <NoWarn>$(NoWarn);SPOT0001</NoWarn>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(project, "Program.cs"), """
            using Spot.Plots;

            Figure figure = new HeatMap { Title = "a title", Rows = ["a", "b"], Columns = ["c"], Values = [[1.0], [2.0]], Unit = "unit" }.Draw();
            figure.Save("map.png");
            figure.Save("map.svg");
            """);
        return project;
    }

    private static async Task SucceedAsync(string folder, params string[] arguments)
    {
        (int exitCode, string output) = await CommandLine.DotnetAsync(folder, Cancel, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}");
    }
}
