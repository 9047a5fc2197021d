using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Spot.Library;
using Spot.Studies;

namespace Spot.PostgreSql;

/// <summary>A unit that is done, as its row has it but for the prompt's bytes.</summary>
/// <param name="Name">The unit.</param>
/// <param name="Content">What it gave.</param>
/// <param name="Kind">Of the prompt that it made; null for none.</param>
/// <param name="PromptId">Its id.</param>
/// <param name="PromptSha256">Of its bytes.</param>
internal sealed record UnitRow(string Name, byte[] Content, string? Kind, string? PromptId, byte[]? PromptSha256)
{
    /// <summary>What a row would not have if somebody had changed it by hand.</summary>
    internal byte[] Sha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[]?[] parts = [Encoding.UTF8.GetBytes(Name), Content, Kind is null ? null : Encoding.UTF8.GetBytes(Kind), PromptId is null ? null : Encoding.UTF8.GetBytes(PromptId), PromptSha256];
        foreach (byte[]? part in parts)
        {
            hash.AppendData(BitConverter.GetBytes(part?.Length ?? -1));
            hash.AppendData(part ?? []);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>The hash of a prompt's bytes.</summary>
    internal static byte[] PromptHash(byte[] sidecar, byte[] payload)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(sidecar.Length));
        hash.AppendData(sidecar);
        hash.AppendData(payload);
        return hash.GetHashAndReset();
    }

    /// <summary>How the database calls a kind.</summary>
    internal static string Text(StudyPromptKind kind) => kind == StudyPromptKind.Source ? "source" : "embedding";

    /// <summary>A prompt of its bytes.</summary>
    /// <exception cref="InvalidDataException">They contradict each other.</exception>
    internal static PromptRecord Record(string place, string id, byte[] sidecar, byte[] payload)
    {
        try
        {
            Sidecar parsed = JsonSerializer.Deserialize(sidecar, LibraryJson.Files.Sidecar) ?? throw new JsonException("It is null.");
            return SidecarValidator.Contradiction(id, parsed, null, null) is { } wrong
                ? throw new InvalidDataException($"{place}: found {wrong}. Delete the unit to have it done again.")
                : PromptPayload.ReadRecord(payload, new LibraryEntry(parsed.ToInfo(), parsed.Payload, parsed.Sha256), place);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{place}: found no valid description of a prompt ({exception.Message}). Delete the unit to have it done again.", exception);
        }
    }
}
