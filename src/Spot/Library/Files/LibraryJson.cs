using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Spot.Library;

/// <summary>The JSON of the library's files: indented, readable, the same bytes on every system; unknown fields are ignored, repeated ones refused.</summary>
[JsonSerializable(typeof(Sidecar))]
[JsonSerializable(typeof(LibraryHeader))]
[JsonSerializable(typeof(LockOwner))]
internal sealed partial class LibraryJson : JsonSerializerContext
{
    internal static readonly LibraryJson Files = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    });
}
