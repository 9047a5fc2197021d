using System.Xml.Linq;

namespace Spot.Tests.Packaging;

/// <summary>Spot.nuspec repeats by hand what the build files say; here it is compared.</summary>
public class NuspecTests
{
    [Fact]
    public void Dependencies_are_the_central_versions_and_the_projects_references()
    {
        Dictionary<string, string> packed = Elements(Nuspec, "dependency").ToDictionary(d => Value(d, "id"), d => Value(d, "version"));
        Dictionary<string, string> central = Elements(Read("src/Directory.Packages.props"), "ItemGroup")
            .Single(group => Value(group, "Label").StartsWith("Spot itself", StringComparison.Ordinal)).Elements()
            .ToDictionary(version => Value(version, "Include"), version => Value(version, "Version"));
        IEnumerable<string> referenced = Elements(Read("src/Spot/Spot.csproj"), "PackageReference")
            .Where(reference => reference.Attribute("PrivateAssets")?.Value != "all").Select(reference => Value(reference, "Include"));
        Assert.Equal(
            central.Select(d => $"{d.Key} {d.Value}").Order(), packed.Select(d => $"{d.Key} {d.Value.Trim('[', ']')}").Order());
        Assert.Equal(referenced.Order(), packed.Keys.Order());
        Assert.Equal($"[{central["TorchSharp"]}]", packed["TorchSharp"]);
    }

    [Fact]
    public void Version_and_framework_are_the_projects()
    {
        XDocument props = Read("src/Directory.Build.props");
        string framework = Elements(props, "TargetFramework").Single().Value;
        Assert.Equal(Elements(props, "Version").Single().Value, Elements(Nuspec, "version").Single().Value);
        Assert.Equal(framework, Value(Elements(Nuspec, "group").Single(), "targetFramework"));
        Assert.Contains($"lib/{framework}/Spot.dll", Elements(Nuspec, "file").Select(file => Value(file, "target")));
    }

    [Fact]
    public void Advice_names_the_version_of_TorchSharp()
    {
        string version = Value(Elements(Nuspec, "dependency").Single(d => Value(d, "id") == "TorchSharp"), "version").Trim('[', ']');
        foreach (string file in (string[])["src/Spot/buildTransitive/Spot.targets", "README.md", "docs/native-backends.md", "src/Spot/Backbone/TorchRuntime.cs"])
        {
            Assert.Contains(version, File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, file)), StringComparison.Ordinal);
        }
    }

    internal static XDocument Nuspec => Read("Spot.nuspec");

    internal static IEnumerable<XElement> Elements(XDocument document, string name) => document.Descendants().Where(element => element.Name.LocalName == name);

    internal static string Value(XElement element, string attribute) => element.Attribute(attribute)?.Value ?? "";

    private static XDocument Read(string file) => XDocument.Load(Path.Combine(TestPaths.RepositoryRoot, file));
}
