using System.Text;
using System.Text.Json;
using Spot.Library;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.AspNetCore.Tests;

/// <summary>The package as a newcomer meets it: packed, added to a fresh web project outside the repository, started, asked, stopped.</summary>
public sealed class PackageTests
{
    private const string Readme = "src/Spot.AspNetCore/README.md";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_packed_library_serves_the_program_of_its_readme_on_the_bundled_model()
    {
        const string properties = """
            <ImplicitUsings>enable</ImplicitUsings>
            <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
            """;
        using PackedProject project = new(properties, Markdown.Program(Readme), Cancel, "Microsoft.NET.Sdk.Web");
        foreach (string id in (string[])["Spot", "Spot.AspNetCore"])
        {
            await project.PackAsync(id);
        }

        await project.AddPackagesOfAsync(Readme);
        await project.BuildAsync();
        string prompts = Path.Combine(project.Folder, "prompts");
        using (PromptLibrary library = PromptLibrary.Open(prompts))
        {
            await library.ImportAsync(Path.Combine(TestPaths.RepositoryRoot, "samples", "PromptServer", "prompts.zip"), cancellationToken: Cancel);
        }

        await using ServerProcess server = await ServerProcess.StartProgramAsync(Path.Combine(project.Folder, "bin", "Release", "net10.0", "app.dll"), null, Models.SpotTiny, prompts);
        using StringContent body = new("""{ "text": "sentence: The bridge is far too long." }""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Client.PostAsync("/v1/prompts/places/classify", body, Cancel);
        JsonElement answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("opinion", answer.GetProperty("results")[0].GetProperty("label").GetString());
        await RunningServer.ProblemAsync(await server.Client.GetAsync("/v1/nothing", Cancel), 404);
        Assert.Equal(0, await server.StopAsync());
    }
}
