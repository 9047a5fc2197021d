using System.ComponentModel;
using Microsoft.AspNetCore.Http;

namespace Spot.AspNetCore;

/// <summary>What prompts there are, and which are similar.</summary>
internal sealed class PromptEndpoints(SpotServer server)
{
    private const int MostOfAPage = 1000;

    public async Task<IResult> ListAsync(
        HttpContext context,
        [Description("Only prompts of this task.")] string? task,
        [Description("Only prompts of tasks of this family.")] string? family,
        [Description("Only prompts behind this id: the next of the page before.")] string? after,
        [Description("The most prompts, 1 to 1,000.")] int limit = 100)
    {
        if (limit is < 1 or > MostOfAPage)
        {
            throw new FieldException("limit", $"Found {limit}, expected 1 to {MostOfAPage}.");
        }

        List<PromptAnswer> page = [];
        await foreach (PromptInfo info in server.Library.ListAsync(ServingRequest.Of(context).End).ConfigureAwait(false))
        {
            if (IsOf(info, task, family) && (after is null || string.CompareOrdinal(info.Id, after) > 0))
            {
                if (page.Count == limit)
                {
                    return TypedResults.Json(new PromptPage(page, page[^1].Id), ServingJson.Default.PromptPage);
                }

                page.Add(PromptAnswer.Of(info));
            }
        }

        return TypedResults.Json(new PromptPage(page, null), ServingJson.Default.PromptPage);
    }

    public async Task<IResult> GetAsync(string id, HttpContext context) =>
        TypedResults.Json(PromptAnswer.Of((await RecordAsync(id, context).ConfigureAwait(false)).Info), ServingJson.Default.PromptAnswer);

    public async Task<IResult> SearchAsync(HttpContext context)
    {
        SearchBody body = await JsonBody.ReadAsync(context, ServingJson.Default.SearchBody).ConfigureAwait(false);
        TaskEmbedding query = (await RecordAsync(body.Id!, context).ConfigureAwait(false)).Embedding
            ?? throw new FieldException("id", $"The prompt '{body.Id}' has no task embedding, expected one that has. Prompts that were tuned with an EmbeddingStep have one.");
        PromptSearchOptions options = new()
        {
            K = body.K,
            Similarity = body.Similarity,
            Filter = info => info.Id != body.Id && IsOf(info, body.Task, body.Family),
        };
        IReadOnlyList<PromptMatch> matches = await server.Library.SearchAsync(query, options, ServingRequest.Of(context).End).ConfigureAwait(false);
        return TypedResults.Json(
            new PromptMatches([.. matches.Select(match => new PromptMatchAnswer(PromptAnswer.Of(match.Info), match.Similarity))]), ServingJson.Default.PromptMatches);
    }

    private async Task<PromptRecord> RecordAsync(string id, HttpContext context) =>
        await server.Library.GetAsync(id, ServingRequest.Of(context).End).ConfigureAwait(false)
            ?? throw new KeyNotFoundException($"Found no prompt '{id}' in the library. GET the list of prompts for those that there are.");

    private static bool IsOf(PromptInfo info, string? task, string? family) => (task is null || info.Task == task) && (family is null || info.Family == family);
}
