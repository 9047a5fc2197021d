using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Spot.AspNetCore;

/// <summary>Answers of one prompt: generate, classify, score, embed.</summary>
internal sealed class InferenceEndpoints(SpotServer server)
{
    public async Task<IResult> GenerateAsync(string id, HttpContext context)
    {
        ServingRequest request = ServingRequest.Of(context);
        GenerateBody body = await JsonBody.ReadAsync(context, ServingJson.Default.GenerateBody).ConfigureAwait(false);
        PromptRequest[] requests = body.Requests(id, server.Options);
        GenerationOptions options = body.Options(server.Options);
        if (!body.Stream)
        {
            IReadOnlyList<GenerationResult> results = await server.Inference.GenerateAsync(requests, options, request.End).ConfigureAwait(false);
            request.Prompt = id;
            return TypedResults.Json(new Answers<GenerationAnswer>([.. results.Select(GenerationAnswer.Of)]), ServingJson.Default.AnswersGenerationAnswer);
        }

        if (body.Texts is not null || body.Samples > 1 || body.Beams > 1)
        {
            throw new FieldException("stream", "Found a stream of several texts, samples or beams; expected one text, which is told as it is written.");
        }

        IResult stream = await EventStream.BeginAsync(
            context,
            server.Inference.GenerateStreamingAsync(requests[0], options, request.End),
            piece => JsonSerializer.Serialize(new TextPiece(piece.Text, piece.FinishReason is { } reason ? FinishReasons.Name(reason) : null), ServingJson.Default.TextPiece)).ConfigureAwait(false);
        request.Prompt = id;
        return stream;
    }

    public async Task<IResult> ClassifyAsync(string id, HttpContext context)
    {
        ServingRequest request = ServingRequest.Of(context);
        ClassifyBody body = await JsonBody.ReadAsync(context, ServingJson.Default.ClassifyBody).ConfigureAwait(false);
        IReadOnlyList<ClassificationResult> results =
            await server.Inference.ClassifyAsync(body.Requests(id, server.Options), body.Options, request.End).ConfigureAwait(false);
        request.Prompt = id;
        return TypedResults.Json(new Answers<ClassificationAnswer>([.. results.Select(ClassificationAnswer.Of)]), ServingJson.Default.AnswersClassificationAnswer);
    }

    public async Task<IResult> ScoreAsync(string id, HttpContext context)
    {
        ServingRequest request = ServingRequest.Of(context);
        ScoreBody body = await JsonBody.ReadAsync(context, ServingJson.Default.ScoreBody).ConfigureAwait(false);
        IReadOnlyList<ScoringResult> results = await server.Inference.ScoreAsync(body.Requests(id, server.Options), body.Targets!, request.End).ConfigureAwait(false);
        request.Prompt = id;
        return TypedResults.Json(new Answers<ScoringAnswer>([.. results.Select(ScoringAnswer.Of)]), ServingJson.Default.AnswersScoringAnswer);
    }

    public async Task<IResult> EmbedAsync(string id, HttpContext context)
    {
        ServingRequest request = ServingRequest.Of(context);
        EmbedBody body = await JsonBody.ReadAsync(context, ServingJson.Default.EmbedBody).ConfigureAwait(false);
        IReadOnlyList<EmbeddingResult> results = await server.Inference.EmbedAsync(body.Requests(id, server.Options), request.End).ConfigureAwait(false);
        request.Prompt = id;
        return TypedResults.Json(new Answers<EmbeddingAnswer>([.. results.Select(EmbeddingAnswer.Of)]), ServingJson.Default.AnswersEmbeddingAnswer);
    }
}
