using Spot.Tests.Backbone;

namespace Spot.Tests.Packaging;

/// <summary>A project outside the repository with the packed library and a backend, and beside its program the bundled model and tasks.</summary>
public sealed class PackedDocuments : IAsyncLifetime
{
    internal const string Properties = """
        <ImplicitUsings>enable</ImplicitUsings>
        <Nullable>enable</Nullable>
        <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
        """;

    internal PackedProject Project { get; } = new(Properties, "", TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        await Project.PackAsync("Spot");
        await Project.AddPackageAsync("Spot", Project.Version);
        await Project.AddPackageAsync("TorchSharp-cpu", PackageTests.TorchSharpVersion());
        Copy(TestModels.SpotTiny, "models/spot-tiny");
        Copy(Path.Combine(TestPaths.RepositoryRoot, "samples", "data"), "samples/data");
    }

    public ValueTask DisposeAsync()
    {
        Project.Dispose();
        return ValueTask.CompletedTask;
    }

    // The whole folder, as a user copies it: what lies in a project's folder is compiled.
    private void Copy(string folder, string target)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Project.Folder, target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
