using System.Text.Json;

namespace Spot.Library;

/// <summary>A record as it is written.</summary>
/// <param name="Sidecar">All but its numbers.</param>
/// <param name="Json">The sidecar's bytes.</param>
/// <param name="Payload">The numbers' bytes.</param>
internal sealed record RecordFiles(Sidecar Sidecar, byte[] Json, byte[] Payload)
{
    /// <exception cref="ArgumentException">Its texts are too long.</exception>
    internal static RecordFiles Of(PromptRecord record)
    {
        byte[] payload = PromptPayload.Write(record);
        Sidecar sidecar = Sidecar.Of(record.Info, PromptPayload.Hash(payload));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(sidecar, LibraryJson.Files.Sidecar);
        return json.Length <= LibraryFolder.MaxJsonBytes ? new RecordFiles(sidecar, json, payload) : throw new ArgumentException(
            $"Record '{sidecar.Id}': its info takes {json.Length} bytes, expected at most {LibraryFolder.MaxJsonBytes}. Shorten its texts.");
    }
}
