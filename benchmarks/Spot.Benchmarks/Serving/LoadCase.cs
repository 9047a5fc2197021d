using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spot.Benchmarks.Inference;

namespace Spot.Benchmarks.Serving;

/// <summary>A request that can be sent to the server and to the library.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Prompt">The prompt's id.</param>
/// <param name="Text">The text.</param>
internal sealed record LoadCase(LoadKind Kind, string Prompt, string Text)
{
    private const int Tokens = 8;
    private static readonly string[] Targets = ["fact", "opinion", "positive"];

    /// <summary>A case that an index decides.</summary>
    public static LoadCase Of(int index, IReadOnlyList<string> prompts)
    {
        SplitMix64 random = SplitMix64.For("load case", 1, index);
        string text = SoakCase.Sentence(ref random);
        return new LoadCase((LoadKind)(index % Enum.GetValues<LoadKind>().Length), prompts[random.Next(prompts.Count)], text);
    }

    /// <summary>Asks the library.</summary>
    public async Task<SoakAnswer> AskAsync(IPromptInference inference)
    {
        PromptRequest request = new(Text, Prompt);
        switch (Kind)
        {
            case LoadKind.Classify:
                ClassificationResult chosen = await inference.ClassifyAsync(request);
                return new SoakAnswer(chosen.Label ?? "", [.. chosen.Labels.Select(label => label.LogProbability)]);
            case LoadKind.Generate:
                return new SoakAnswer((await inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = Tokens })).Text, []);
            case LoadKind.Score:
                return new SoakAnswer("", [.. (await inference.ScoreAsync(request, Targets)).Targets.Select(target => target.LogProbability)]);
            default:
                return new SoakAnswer("", [.. (await inference.EmbedAsync(request)).Values.ToArray()]);
        }
    }

    /// <summary>Asks the server.</summary>
    /// <param name="client">Of the server.</param>
    /// <param name="timeout">The request's own time; null for the server's.</param>
    /// <param name="cancellationToken">Cuts the connection.</param>
    /// <param name="query">Behind the path, for the server's log.</param>
    /// <returns>The status, and the answer of a success.</returns>
    public async Task<(HttpStatusCode Status, SoakAnswer? Answer)> AskAsync(HttpClient client, TimeSpan? timeout, CancellationToken cancellationToken, string query = "")
    {
        JsonObject body = new() { ["text"] = Text };
        if (timeout is { } time)
        {
            body["timeoutSeconds"] = time.TotalSeconds;
        }

        if (Kind == LoadKind.Generate)
        {
            body["maxNewTokens"] = Tokens;
        }
        else if (Kind == LoadKind.Score)
        {
            body["targets"] = new JsonArray([.. Targets.Select(target => JsonValue.Create(target))]);
        }

        using HttpResponseMessage response = await client.PostAsJsonAsync(new Uri($"/v1/prompts/{Prompt}/{Kind.ToString().ToLowerInvariant()}{query}", UriKind.Relative), body, cancellationToken);
        return response.IsSuccessStatusCode
            ? (response.StatusCode, Answer((await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("results")[0]))
            : (response.StatusCode, null);
    }

    private SoakAnswer Answer(JsonElement result) => Kind switch
    {
        LoadKind.Classify => new SoakAnswer(result.GetProperty("label").GetString()!, Numbers(result.GetProperty("labels"), "logProbability")),
        LoadKind.Generate => new SoakAnswer(result.GetProperty("outputs")[0].GetProperty("text").GetString()!, []),
        LoadKind.Score => new SoakAnswer("", Numbers(result.GetProperty("targets"), "logProbability")),
        _ => new SoakAnswer("", [.. result.GetProperty("embedding").EnumerateArray().Select(number => number.GetDouble())]),
    };

    private static double[] Numbers(JsonElement all, string name) => [.. all.EnumerateArray().Select(one => one.GetProperty(name).GetDouble())];
}
