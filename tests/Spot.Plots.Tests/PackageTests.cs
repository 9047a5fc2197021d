using Spot.Tests.Packaging;

namespace Spot.Plots.Tests;

/// <summary>The packages as a newcomer meets them: packed, added to a fresh console project outside the repository, a figure drawn.</summary>
public sealed class PackageTests
{
    [Fact]
    public async Task A_packed_library_runs_the_program_of_its_readme_without_a_backend()
    {
        using PackedProject project = new("<NoWarn>$(NoWarn);SPOT0001</NoWarn>", Markdown.Program("src/Spot.Plots/README.md"), TestContext.Current.CancellationToken);
        foreach (string id in (string[])["Spot", "Spot.Plots"])
        {
            await project.PackAsync(id);
        }

        await project.AddPackageAsync("Spot.Plots", project.Version);
        await project.BuildAsync();
        await project.RunAsync();
        Assert.True(new FileInfo(Path.Combine(project.Folder, "map.png")).Length > 1000);
        Assert.Contains("Gain", Svg.Texts(File.ReadAllText(Path.Combine(project.Folder, "map.svg"))));
    }
}
