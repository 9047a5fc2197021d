using System.Xml.Linq;

namespace Spot.Tests.Packaging;

/// <summary>The nuspecs repeat by hand what the build files say; here they are compared.</summary>
public class NuspecTests
{
    [Theory]
    [InlineData("Spot", "Spot itself")]
    [InlineData("Spot.Plots", "Spot.Plots (")]
    [InlineData("Spot.AspNetCore", "Spot.AspNetCore (")]
    [InlineData("Spot.Extensions.AI", "Spot.Extensions.AI (")]
    [InlineData("Spot.PostgreSql", "Spot.PostgreSql (")]
    [InlineData("Spot.Hangfire", "Spot.Hangfire (")]
    public void Dependencies_are_the_central_versions_and_the_projects_references(string package, string label)
    {
        // The package of a satellite also depends on Spot or another satellite, which its project references as a project.
        Dictionary<string, string> packed = Elements(Read($"{package}.nuspec"), "dependency").Where(d => !IsOurs(d)).ToDictionary(d => Value(d, "id"), d => Value(d, "version"));
        Dictionary<string, string> central = Elements(Read("src/Directory.Packages.props"), "ItemGroup")
            .Single(group => Value(group, "Label").StartsWith(label, StringComparison.Ordinal)).Elements()
            .ToDictionary(version => Value(version, "Include"), version => Value(version, "Version"));
        IEnumerable<string> referenced = Elements(Read($"src/{package}/{package}.csproj"), "PackageReference")
            .Where(reference => reference.Attribute("PrivateAssets")?.Value != "all").Select(reference => Value(reference, "Include"));
        Assert.Equal(
            central.Select(d => $"{d.Key} {d.Value}").Order(), packed.Select(d => $"{d.Key} {d.Value.Trim('[', ']')}").Order());
        Assert.Equal(referenced.Order(), packed.Keys.Order());
    }

    [Theory]
    [InlineData("Spot")]
    [InlineData("Spot.Plots")]
    [InlineData("Spot.AspNetCore")]
    [InlineData("Spot.Extensions.AI")]
    [InlineData("Spot.PostgreSql")]
    [InlineData("Spot.Hangfire")]
    public void Version_and_framework_are_the_projects(string package)
    {
        XDocument props = Read("src/Directory.Build.props"), nuspec = Read($"{package}.nuspec");
        string framework = Elements(props, "TargetFramework").Single().Value, version = Elements(props, "Version").Single().Value;
        Assert.Equal(version, Elements(nuspec, "version").Single().Value);
        Assert.All(Elements(nuspec, "group"), group => Assert.Equal(framework, Value(group, "targetFramework")));
        Assert.Contains($"lib/{framework}/{package}.dll", Elements(nuspec, "file").Select(file => Value(file, "target")));
        Assert.All(Elements(nuspec, "dependency").Where(IsOurs), d => Assert.Equal($"[{version}]", Value(d, "version")));
    }

    [Fact]
    public void TorchSharp_is_needed_in_exactly_one_version()
    {
        string version = Value(Elements(Nuspec, "dependency").Single(d => Value(d, "id") == "TorchSharp"), "version");
        Assert.Matches("^\\[[0-9.]+\\]$", version);
    }

    [Fact]
    public void Advice_names_the_version_of_TorchSharp()
    {
        string version = Value(Elements(Nuspec, "dependency").Single(d => Value(d, "id") == "TorchSharp"), "version").Trim('[', ']');
        foreach (string file in (string[])["src/Spot/buildTransitive/Spot.targets", "README.md", "src/Spot/README.md", "docs/native-backends.md", "src/Spot/Backbone/Native/TorchRuntime.cs"])
        {
            Assert.Contains(version, File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, file)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("src/Spot/README.md")]
    [InlineData("src/Spot.Plots/README.md")]
    [InlineData("src/Spot.AspNetCore/README.md")]
    [InlineData("src/Spot.Extensions.AI/README.md")]
    public void A_document_adds_packages_in_the_versions_that_are_tested(string document)
    {
        Dictionary<string, string> central = Elements(Read("src/Directory.Packages.props"), "PackageVersion").ToDictionary(version => Value(version, "Include"), version => Value(version, "Version"));
        string own = Elements(Read("src/Directory.Build.props"), "Version").Single().Value;
        IReadOnlyList<(string Id, string Version)> packages = Markdown.Packages(document);
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Equal(package.Id.StartsWith("Spot", StringComparison.Ordinal) ? own : central[package.Id], package.Version));
    }

    internal static XDocument Nuspec => Read("Spot.nuspec");

    internal static IEnumerable<XElement> Elements(XDocument document, string name) => document.Descendants().Where(element => element.Name.LocalName == name);

    internal static string Value(XElement element, string attribute) => element.Attribute(attribute)?.Value ?? "";

    private static bool IsOurs(XElement dependency) => Value(dependency, "id").Split('.')[0] == "Spot";

    private static XDocument Read(string file) => XDocument.Load(Path.Combine(TestPaths.RepositoryRoot, file));
}
