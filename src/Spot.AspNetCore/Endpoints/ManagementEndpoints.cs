using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Spot.Backbone;

namespace Spot.AspNetCore;

/// <summary>Puts and deletes prompts.</summary>
internal sealed class ManagementEndpoints(SpotServer server)
{
    public async Task<IResult> PutAsync(
        string id,
        HttpContext context,
        [Description("The task's name; without it, the id.")] string? task,
        [Description("What kind of task it is.")] string? family,
        [Description("The task's labels, a parameter for each."), FromQuery] string[]? label,
        [Description("The tokens of an input that the prompt was tuned with at most.")] int? maxInputLength,
        [Description("The tokens of a target that the prompt was tuned with at most.")] int? maxTargetLength,
        [Description("The licence of the prompt.")] string? license,
        [Description("The tensor to read, where the file holds several.")] string? tensor)
    {
        if (maxInputLength < 1 || maxTargetLength < 1)
        {
            throw new FieldException(maxInputLength < 1 ? "maxInputLength" : "maxTargetLength", "Found a length below 1, expected a number of tokens. Leave it out where it is not known.");
        }

        ServingRequest request = ServingRequest.Of(context);
        T5Backbone backbone = server.Backbone;
        SoftPrompt prompt = await PromptBody.ReadAsync(context, backbone, tensor).ConfigureAwait(false);
        PromptInfo info = new()
        {
            Id = id,
            Task = task ?? id,
            Family = family,
            BackboneFingerprint = backbone.Fingerprint,
            BackboneName = backbone.Name,
            Length = prompt.Length,
            Dim = prompt.Dim,
            Labels = label ?? [],
            MaxInputLength = maxInputLength,
            MaxTargetLength = maxTargetLength,
            License = license,
            Created = TimeProvider.System.GetUtcNow(),
        };
        bool replaced = await server.Library.GetVersionAsync(id, request.End).ConfigureAwait(false) is not null;
        await server.Library.AddAsync(new PromptRecord(info, prompt, null), replace: true, request.End).ConfigureAwait(false);
        return TypedResults.Json(PromptAnswer.Of(info), ServingJson.Default.PromptAnswer, statusCode: replaced ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    public async Task<IResult> DeleteAsync(string id, HttpContext context) => await server.Library.RemoveAsync(id, ServingRequest.Of(context).End).ConfigureAwait(false)
        ? TypedResults.NoContent()
        : throw new KeyNotFoundException($"Found no prompt '{id}' in the library.");
}
