using Microsoft.Extensions.AI;
using Spot.Backbone;
using Spot.Inference;
using Spot.Library;

namespace Spot.Extensions.AI.Tests;

/// <summary>The program of the package's own README. Compiled here, run by <see cref="PackageTests"/>; change both together.</summary>
internal static class ReadmeSnippets
{
    public static async Task MainAsync(string[] args)
    {
        using T5Backbone backbone = T5Backbone.Load(args[0]);
        using PromptLibrary library = PromptLibrary.Open(args[1]);
        await using PromptInference inference = new(backbone, library);
        using IChatClient client = new PromptChatClient(inference, "places").AsBuilder().UseOpenTelemetry().Build();
        ChatResponse<Kind> answer = await client.GetResponseAsync<Kind>("sentence: The bridge is far too long.");
        Console.WriteLine(answer.Result);
        using PromptEmbeddingGenerator generator = new(inference, "places");
        Console.WriteLine((await generator.GenerateVectorAsync("sentence: The bridge is far too long.")).Length);
    }

    internal enum Kind
    {
        fact,
        opinion,
    }
}
