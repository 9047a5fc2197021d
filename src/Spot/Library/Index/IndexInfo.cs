using System.IO.Hashing;
using System.Text.Json;

namespace Spot.Library;

/// <summary>What the index keeps of a record besides its keys: the sidecar's content, so that a search can choose among records without reading their files.</summary>
internal static class IndexInfo
{
    /// <summary>The bytes that are kept: the same for the same content, however its file is written.</summary>
    internal static byte[] ToBytes(LibraryEntry entry) =>
        JsonSerializer.SerializeToUtf8Bytes(Sidecar.Of(entry.Info, entry.Sha256), LibraryJson.Files.Sidecar);

    /// <exception cref="InvalidDataException">The bytes are no sidecar's.</exception>
    internal static PromptInfo Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, LibraryJson.Files.Sidecar)?.ToInfo() ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The library's index holds no valid description of a record ({exception.Message}).", exception);
        }
    }

    /// <summary>What <see cref="IPromptLibrary.GetVersionAsync"/> tells of a record: the hashes of its numbers and of its description.</summary>
    internal static string Version(LibraryEntry entry) => $"{entry.Sha256}-{Hash(ToBytes(entry)):x16}";

    internal static ulong Hash(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);
}
