using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.Tasks;

/// <summary>The JSON of formats, by generated code: comments and trailing commas are allowed, unknown and repeated keys are refused.</summary>
[JsonSerializable(typeof(FormatFile))]
[JsonSerializable(typeof(OrderedDictionary<string, string>))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class FormatJson : JsonSerializerContext
{
    internal static readonly FormatJson Files = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
    });
}

/// <summary>The table of ready formats and of the public data sets that have them.</summary>
internal sealed record FormatFile(IReadOnlyList<FormatSpec> Formats, IReadOnlyList<DataSpec> Data);

/// <summary>A public data set; its folder and format have its name unless they say another.</summary>
internal sealed record DataSpec(string Name, string? Folder = null, string? Format = null, bool Default = true);
