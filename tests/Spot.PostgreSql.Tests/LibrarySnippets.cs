using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Spot.Library;

namespace Spot.PostgreSql.Tests;

/// <summary>The C# of docs/scale-out.md and of the package's README; change them together.</summary>
internal static class LibrarySnippets
{
    public static void Host(HostApplicationBuilder builder)
    {
        builder.Services.AddSpot(spot => spot.ModelPath = "models/t5-base-lm-adapt")
            .AddPostgreSqlLibrary("Host=db.example.org;Database=prompts;Username=spot;SSL Mode=VerifyFull");
    }

    public static async Task<int> Program()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create("Host=db.example.org;Database=prompts;Username=spot;SSL Mode=VerifyFull");
        using PostgreSqlPromptLibrary shared = await PostgreSqlPromptLibrary.OpenAsync(source);
        using PromptLibrary folder = PromptLibrary.Open("prompts");
        await folder.ExportAsync("prompts.zip");
        IReadOnlyList<string> added = await shared.ImportAsync("prompts.zip"); // and back: both have the same archive
        return added.Count;
    }

    public static void Keyed(HostApplicationBuilder builder)
    {
        builder.Services.AddKeyedSpot("base", spot => spot.ModelPath = "models/t5-base-lm-adapt")
            .AddPostgreSqlLibrary(services => services.GetRequiredService<NpgsqlDataSource>(), schema: "t5_base");
    }

    public static async Task ReadmeProgram(string[] args)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(args[0]);
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source);
        await library.ImportAsync(args[1]);
        await foreach (PromptInfo prompt in library.ListAsync())
        {
            Console.WriteLine($"{prompt.Id} of {prompt.Task}, {prompt.Length} rows");
        }
    }

    public static void Readme(IServiceCollection services)
    {
        services.AddSpot(spot => spot.ModelPath = "models/t5-base-lm-adapt")
            .AddPostgreSqlLibrary("Host=db.example.org;Database=prompts;Username=spot;SSL Mode=VerifyFull");
    }
}
