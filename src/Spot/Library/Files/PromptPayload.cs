using System.Security.Cryptography;
using Spot.Serialization;

namespace Spot.Library;

/// <summary>
/// The numbers of a record as a safetensors file: <c>prompt</c> [length, dim] and, if there is one, <c>embedding</c> [length, dim] and, if it is known,
/// the embedding's <c>start</c> of the same shape, all F32.
/// </summary>
internal static class PromptPayload
{
    private const string PromptName = "prompt";
    private const string EmbeddingName = "embedding";
    private const string StartName = "start";

    internal static byte[] Write(PromptRecord record)
    {
        List<SafetensorsEntry> tensors = [Entry(PromptName, record.Prompt)];
        if (record.Embedding is not null)
        {
            tensors.Add(Entry(EmbeddingName, record.Embedding.Prompt));
        }

        if (record.Embedding?.Start is not null)
        {
            tensors.Add(Entry(StartName, record.Embedding.Start));
        }

        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["backbone"] = record.Info.BackboneFingerprint });
        return stream.ToArray();
    }

    internal static string Hash(ReadOnlySpan<byte> payload) => Convert.ToHexStringLower(SHA256.HashData(payload));

    /// <summary>Reads a whole record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those that were written, or contradict the sidecar.</exception>
    internal static PromptRecord ReadRecord(byte[] payload, LibraryEntry entry, string path)
    {
        using SafetensorsFile file = Open(payload, entry, path);
        SoftPrompt prompt = ReadPrompt(file, PromptName, entry, path);
        return prompt.Length == entry.Info.Length
            ? new PromptRecord(entry.Info, prompt, ReadEmbedding(file, entry, path))
            : throw Contradiction(path, $"a prompt of {prompt.Length} rows", $"{entry.Info.Length}");
    }

    /// <summary>Reads the embedding alone; the bytes are checked all the same.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those that were written, or contradict the sidecar.</exception>
    internal static TaskEmbedding? ReadEmbedding(byte[] payload, LibraryEntry entry, string path)
    {
        using SafetensorsFile file = Open(payload, entry, path);
        return ReadEmbedding(file, entry, path);
    }

    private static SafetensorsEntry Entry(string name, SoftPrompt prompt) =>
        SafetensorsEntry.FromFloats(name, [prompt.Length, prompt.Dim], prompt.Values.Span);

    private static SafetensorsFile Open(byte[] payload, LibraryEntry entry, string path)
    {
        string hash = Hash(payload);
        return hash == entry.Sha256
            ? SafetensorsFile.FromBytes(payload, path)
            : throw Contradiction(path, $"the SHA-256 {hash}", entry.Sha256);
    }

    private static TaskEmbedding? ReadEmbedding(SafetensorsFile file, LibraryEntry entry, string path)
    {
        if (file.Tensors.ContainsKey(EmbeddingName) != entry.Info.EmbeddingStep.HasValue)
        {
            throw Contradiction(
                path, $"{(entry.Info.EmbeddingStep.HasValue ? "no" : "a")} task embedding", $"an embeddingStep of {entry.Info.EmbeddingStep?.ToString() ?? "null"}");
        }

        if (entry.Info.EmbeddingStep is not int step)
        {
            return null;
        }

        SoftPrompt prompt = ReadPrompt(file, EmbeddingName, entry, path);
        SoftPrompt? start = file.Tensors.ContainsKey(StartName) ? ReadPrompt(file, StartName, entry, path) : null; // earlier versions kept none
        return (start ?? prompt).Length == prompt.Length
            ? new TaskEmbedding(entry.Info.Task, prompt, step) { Start = start }
            : throw Contradiction(path, $"a start of {start!.Length} rows", $"{prompt.Length} as its embedding has");
    }

    private static SoftPrompt ReadPrompt(SafetensorsFile file, string name, LibraryEntry entry, string path)
    {
        SafetensorsTensor tensor = file.Find(name);
        if (tensor.DType != SafetensorsType.F32 || tensor.Shape is not [> 0 and <= int.MaxValue, long dim] || dim != entry.Info.Dim)
        {
            throw Contradiction(
                path, $"{name} as {SafetensorsTypes.Name(tensor.DType)} [{string.Join(", ", tensor.Shape)}]", $"F32 [rows, {entry.Info.Dim}]");
        }

        try
        {
            return new SoftPrompt((int)tensor.Shape[0], (int)dim, file.ReadFloats(name), entry.Info.BackboneFingerprint);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{path}: {name}: {exception.Message} Add the prompt again.", exception);
        }
    }

    private static InvalidDataException Contradiction(string path, string found, string expected) => new(
        $"{path}: found {found}, expected {expected} as its sidecar says. The file was changed or damaged: restore it, or add the record again with replace.");
}
