using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>An enumeration by name, as <c>averageToken</c>; never by number.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
