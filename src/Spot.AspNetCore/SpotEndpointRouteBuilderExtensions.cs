using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Spot.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves prompts over HTTP.</summary>
public static class SpotEndpointRouteBuilderExtensions
{
    private const string Json = "application/json";

    /// <summary>
    /// Maps the endpoints of one registration of Spot: what prompts there are and which are similar, answers behind each of them, the same in the form of OpenAI's
    /// API, and, where <see cref="ServingOptions.ManagementPolicy"/> names a policy, putting and deleting prompts.
    /// </summary>
    /// <remarks>
    /// The endpoints ask for no key of their own. Errors are problem details (RFC 9457); those of the framework, for example of a path that is not there,
    /// are so too behind <c>app.UseStatusCodePages()</c>. See <c>docs/serving.md</c>.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">What the paths begin with.</param>
    /// <param name="serviceKey">The key of the registration, as of <c>AddKeyedSpot</c>; null for that of <c>AddSpot</c>.</param>
    /// <returns>All of the endpoints, to which authorisation, rate limits and filters can be attached.</returns>
    /// <exception cref="InvalidOperationException"><c>AddServing()</c> was not called on the registration.</exception>
    public static RouteGroupBuilder MapSpot(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/v1", string? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        SpotServer server = ServingBuilderExtensions.Server(endpoints.ServiceProvider, serviceKey);
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        group.AddEndpointFilter(new ServingFilter(server));
        group.WithMetadata(new RequestSizeLimitAttribute(server.Options.MaxRequestBytes));
        group.ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        MapPrompts(group, new PromptEndpoints(server));
        MapInference(group, new InferenceEndpoints(server));
        MapOpenAI(group, new OpenAIEndpoints(server));
        if (server.Options.ManagementPolicy is { } policy)
        {
            MapManagement(group, new ManagementEndpoints(server), policy, server.Options.MaxPromptFileBytes);
        }

        return group;
    }

    private static void MapPrompts(RouteGroupBuilder group, PromptEndpoints prompts)
    {
        // To a method that takes the context alone, the compiler would prefer the overload that ignores its result.
        RouteGroupBuilder all = group.MapGroup("/prompts").WithTags("Prompts");
        all.MapGet("", prompts.ListAsync).WithSummary("The prompts that there are, a page of them.")
            .Produces<PromptPage>().ProducesValidationProblem();
        all.MapGet("/{id}", prompts.GetAsync).WithSummary("What is known of a prompt.")
            .Produces<PromptAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        all.MapPost("/search", (Delegate)prompts.SearchAsync).WithSummary("The prompts whose tasks are similar to that of a prompt.")
            .Accepts<SearchBody>(Json).Produces<PromptMatches>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample("""{ "id": "places", "k": 3 }""");
    }

    private static void MapInference(RouteGroupBuilder group, InferenceEndpoints inference)
    {
        RouteGroupBuilder one = group.MapGroup("/prompts/{id}").WithTags("Inference");
        one.MapPost("/generate", inference.GenerateAsync).WithSummary("Writes behind a prompt; as server-sent events with stream.")
            .Answers<GenerateBody, Answers<GenerationAnswer>>("text_completion", "text/event-stream")
            .WithExample("""{ "text": "sentence: The bridge is far too long.", "maxNewTokens": 8 }""");
        one.MapPost("/classify", inference.ClassifyAsync).WithSummary("Chooses the most likely label.")
            .Answers<ClassifyBody, Answers<ClassificationAnswer>>("classify")
            .WithExample("""{ "texts": ["sentence: The bridge is far too long.", "sentence: The bridge has two lanes."] }""");
        one.MapPost("/score", inference.ScoreAsync).WithSummary("Tells how likely some answers are.")
            .Answers<ScoreBody, Answers<ScoringAnswer>>("score")
            .WithExample("""{ "text": "sentence: The bridge is far too long.", "targets": ["fact", "opinion"] }""");
        one.MapPost("/embed", inference.EmbedAsync).WithSummary("Embeds texts.")
            .Answers<EmbedBody, Answers<EmbeddingAnswer>>("embeddings")
            .WithExample("""{ "text": "sentence: The bridge is far too long." }""");
    }

    private static void MapOpenAI(RouteGroupBuilder group, OpenAIEndpoints openAI)
    {
        RouteGroupBuilder own = group.MapGroup("").WithTags("OpenAI").WithMetadata(new OpenAIShape());
        own.MapPost("/completions", (Delegate)openAI.CompletionsAsync).WithSummary("Writes behind a prompt, in the form of OpenAI's completions.")
            .Answers<CompletionBody, Completion>("text_completion", "text/event-stream")
            .WithExample("""{ "model": "places", "prompt": "sentence: The bridge is far too long.", "max_tokens": 8 }""");
        own.MapPost("/embeddings", (Delegate)openAI.EmbeddingsAsync).WithSummary("Embeds texts, in the form of OpenAI's embeddings.")
            .Answers<EmbeddingsBody, Embeddings>("embeddings")
            .WithExample("""{ "model": "places", "input": "sentence: The bridge is far too long." }""");
        own.MapGet("/models", (Delegate)openAI.ModelsAsync).WithSummary("The prompts, in the form of OpenAI's models.").Produces<ModelList>();
        own.MapGet("/models/{id}", openAI.ModelAsync).WithSummary("A prompt, in the form of OpenAI's models.")
            .Produces<Model>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static void MapManagement(RouteGroupBuilder group, ManagementEndpoints management, string policy, long maxBytes)
    {
        RouteGroupBuilder own = group.MapGroup("/prompts").WithTags("Management").RequireAuthorization(policy);
        own.MapPut("/{id}", management.PutAsync).WithSummary("Puts a prompt: the body is its file, in any format that Spot reads, or a form with the files of a PEFT prompt.")
            .WithMetadata(new RequestSizeLimitAttribute(maxBytes)).Accepts<Stream>(PromptBody.File, PromptBody.Form).WithFilesInForm()
            .Produces<PromptAnswer>().Produces<PromptAnswer>(StatusCodes.Status201Created)
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        own.MapDelete("/{id}", management.DeleteAsync).WithSummary("Deletes a prompt.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
    }

    // What every endpoint that asks the model says of itself.
    private static RouteHandlerBuilder Answers<TBody, TAnswer>(this RouteHandlerBuilder endpoint, string operation, params string[] alsoAs)
        where TBody : notnull
    {
        endpoint.WithMetadata(new GenAIOperation(operation)).Accepts<TBody>(Json).Produces<TAnswer>(StatusCodes.Status200OK, Json, alsoAs).ProducesValidationProblem();
        foreach (int status in (int[])
        [
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
            StatusCodes.Status429TooManyRequests, StatusCodes.Status499ClientClosedRequest, StatusCodes.Status504GatewayTimeout,
        ])
        {
            endpoint.ProducesProblem(status);
        }

        return endpoint;
    }

    private static RouteHandlerBuilder WithFilesInForm(this RouteHandlerBuilder endpoint) => endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        OpenApiSchema file = new() { Type = JsonSchemaType.String, Format = "binary" };
        operation.RequestBody!.Content![PromptBody.Form].Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "adapter_config.json, and adapter_model.safetensors or adapter_model.bin, under these file names.",
            Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file } },
        };
        return Task.CompletedTask;
    });

    private static RouteHandlerBuilder WithExample(this RouteHandlerBuilder endpoint, string json) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            foreach (OpenApiMediaType body in operation.RequestBody?.Content?.Values ?? [])
            {
                body.Example = System.Text.Json.Nodes.JsonNode.Parse(json);
            }

            return Task.CompletedTask;
        });
}
