using Spot.Tests.Packaging;

namespace Spot.Plots.Tests;

/// <summary>The packages as a newcomer meets them: packed, added to a fresh console project outside the repository, a figure drawn.</summary>
public sealed class PackageTests
{
    private const string Program = """
        using Spot.Plots;

        Figure figure = new HeatMap { Title = "a title", Rows = ["a", "b"], Columns = ["c"], Values = [[1.0], [2.0]], Unit = "unit" }.Draw();
        figure.Save("map.png");
        figure.Save("map.svg");
        """;

    [Fact]
    public async Task A_packed_library_draws_without_a_backend()
    {
        using PackedProject project = new("<NoWarn>$(NoWarn);SPOT0001</NoWarn>", Program, TestContext.Current.CancellationToken);
        foreach (string id in (string[])["Spot", "Spot.Plots"])
        {
            await project.PackAsync(id);
        }

        await project.AddPackageAsync("Spot.Plots", project.Version);
        await project.BuildAsync();
        await project.RunAsync();
        Assert.True(new FileInfo(Path.Combine(project.Folder, "map.png")).Length > 1000);
        Assert.Contains("a title", Svg.Texts(File.ReadAllText(Path.Combine(project.Folder, "map.svg"))));
    }
}
