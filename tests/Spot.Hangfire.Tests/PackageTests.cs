using Spot.PostgreSql.Tests;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.Hangfire.Tests;

/// <summary>The package as a newcomer meets it: packed, added to a fresh project outside the repository, and what its README shows run on a database and the bundled model.</summary>
public sealed class PackageTests
{
    private const string Readme = "src/Spot.Hangfire/README.md", Database = "Host=db.example.org;Database=studies;Username=spot_worker;SSL Mode=VerifyFull", Model = "models/t5-base-lm-adapt";

    // What the README leaves to its reader: a host around the worker, and plans.
    private const string Host = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Spot;
        using Spot.Hangfire;
        using Spot.Studies;

        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        """;

    private const string Rest = """
        using IHost host = builder.Build();
        await host.StartAsync();
        while (await client.StatusAsync("transfer-2026") is not { IsEnded: true })
        {
            await Task.Delay(100);
        }

        Console.WriteLine(await client.StatusAsync("transfer-2026"));
        await host.StopAsync();

        internal static class Plans
        {
            public static StudyPlan Make(string description)
            {
                TuningOptions options = TuningOptions.SmallModel();
                (options.Steps, options.EvaluateEvery) = (4, 2);
                TextExample[] rows = [new("sentence: The bridge is long.", "fact"), new("sentence: The bridge is lovely.", "opinion")];
                return new SweepPlan { Task = new TextTask(description, ["fact", "opinion"], rows, rows), Options = options, LearningRates = [0.3, 1], Seeds = [0] };
            }
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_packed_library_does_what_its_readme_shows_on_the_bundled_model()
    {
        string connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        const string properties = """
            <ImplicitUsings>enable</ImplicitUsings>
            <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
            """;
        string program = string.Join('\n', Host, Markdown.Program(Readme), Rest);
        Assert.Contains(Model, program, StringComparison.Ordinal);
        program = program.Replace(Database, connection, StringComparison.Ordinal).Replace(Model, Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny"), StringComparison.Ordinal);
        using PackedProject project = new(properties, program, Cancel);
        foreach (string id in (string[])["Spot", "Spot.PostgreSql", "Spot.Hangfire"])
        {
            await project.PackAsync(id);
        }

        await project.AddPackagesOfAsync(Readme);
        string built = await project.BuildAsync();
        Assert.DoesNotContain("warning ", built, StringComparison.Ordinal); // above all none of versions that are not there
        string[] printed = (await project.RunAsync()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(printed, line => line.StartsWith("0/2 units done, 0 running, 0 set aside", StringComparison.Ordinal));
        Assert.StartsWith("2/2 units done, 0 running, 0 set aside", printed.Last(line => line.Contains("units done", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
