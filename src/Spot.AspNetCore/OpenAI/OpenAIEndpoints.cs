using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Spot.AspNetCore;

/// <summary>The endpoints that OpenAI's clients call. A prompt is a model.</summary>
internal sealed class OpenAIEndpoints(SpotServer server)
{
    public async Task<IResult> CompletionsAsync(HttpContext context)
    {
        ServingRequest request = ServingRequest.Of(context);
        CompletionBody body = await JsonBody.ReadAsync(context, ServingJson.Default.CompletionBody).ConfigureAwait(false);
        RequestTexts.Check(body.Prompt!, "prompt", server.Options.MaxTexts);
        GenerationOptions options = body.Options(server.Options);
        PromptRequest[] requests = [.. body.Prompt!.Select(text => new PromptRequest(text, body.Model) { Timeout = server.Options.Timeout })];
        string id = "cmpl-" + context.TraceIdentifier.Replace(':', '-');
        long created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        if (body.Stream is true)
        {
            if (requests.Length > 1 || options.Samples > 1)
            {
                throw new FieldException("stream", "Found a stream of several texts, expected one prompt and n 1: one text is told as it is written.");
            }

            IResult stream = await EventStream.BeginAsync(
                context,
                server.Inference.GenerateStreamingAsync(requests[0], options, request.End),
                piece => JsonSerializer.Serialize(
                    new Completion(id, created, body.Model!, [new CompletionChoice(piece.Text, 0, piece.FinishReason is { } reason ? FinishReasons.Name(reason) : null)], null),
                    ServingJson.Default.Completion),
                "[DONE]").ConfigureAwait(false);
            request.Prompt = body.Model;
            return stream;
        }

        IReadOnlyList<GenerationResult> results = await server.Inference.GenerateAsync(requests, options, request.End).ConfigureAwait(false);
        request.Prompt = body.Model;
        int read = results.Sum(result => result.InputTokens), written = results.Sum(result => result.Outputs.Sum(text => text.TokenIds.Count));
        CompletionChoice[] choices = [.. results.SelectMany(result => result.Outputs).Select((text, i) => new CompletionChoice(text.Text, i, FinishReasons.Name(text.FinishReason)))];
        return TypedResults.Json(new Completion(id, created, body.Model!, choices, new Usage(read, written, read + written)), ServingJson.Default.Completion);
    }

    public async Task<IResult> EmbeddingsAsync(HttpContext context)
    {
        ServingRequest request = ServingRequest.Of(context);
        EmbeddingsBody body = await JsonBody.ReadAsync(context, ServingJson.Default.EmbeddingsBody).ConfigureAwait(false);
        RequestTexts.Check(body.Input!, "input", server.Options.MaxTexts);
        PromptRequest[] requests = [.. body.Input!.Select(text => new PromptRequest(text, body.Model) { Timeout = server.Options.Timeout })];
        IReadOnlyList<EmbeddingResult> results = await server.Inference.EmbedAsync(requests, request.End).ConfigureAwait(false);
        request.Prompt = body.Model;
        int width = results[0].Values.Length, read = results.Sum(result => result.InputTokens);
        if (body.Dimensions is { } asked && asked != width)
        {
            throw new FieldException("dimensions", $"Found {asked}, expected {width}, the width of the backbone. Leave it out.");
        }

        EmbeddingData[] data = [.. results.Select((result, i) => EmbeddingData.Of(i, result.Values.Span, body.EncodingFormat == "base64"))];
        return TypedResults.Json(new Embeddings(body.Model!, data, new Usage(read, null, read)), ServingJson.Default.Embeddings);
    }

    public async Task<IResult> ModelsAsync(HttpContext context)
    {
        List<Model> models = [];
        await foreach (PromptInfo info in server.Library.ListAsync(ServingRequest.Of(context).End).ConfigureAwait(false))
        {
            models.Add(Model.Of(info));
        }

        return TypedResults.Json(new ModelList(models), ServingJson.Default.ModelList);
    }

    public async Task<IResult> ModelAsync(string id, HttpContext context) =>
        await server.Library.GetAsync(id, ServingRequest.Of(context).End).ConfigureAwait(false) is { } record
            ? TypedResults.Json(Model.Of(record.Info), ServingJson.Default.Model)
            : throw new KeyNotFoundException($"Found no prompt '{id}' in the library.");
}
