using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request to embed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record EmbedBody : TextBody;
