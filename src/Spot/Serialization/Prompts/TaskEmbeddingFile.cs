using System.Globalization;

namespace Spot.Serialization;

/// <summary>
/// A task embedding as a file: safetensors with <c>embedding</c> [rows, width] and, where it is known, <c>start</c> of the same shape, both F32, and as
/// metadata the task, the step and the backbone.
/// </summary>
/// <remarks>Values come out bit for bit. Safe for concurrent calls. Needs no native library.</remarks>
public static class TaskEmbeddingFile
{
    private const string Embedding = "embedding", Start = "start", TaskKey = "task", StepKey = "step";

    /// <summary>Writes an embedding, replacing a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="embedding">The embedding.</param>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is not writable; nothing has changed.</exception>
    public static void Write(string path, TaskEmbedding embedding)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(embedding);
        List<SafetensorsEntry> tensors = [Entry(Embedding, embedding.Prompt), .. embedding.Start is { } start ? [Entry(Start, start)] : (SafetensorsEntry[])[]];
        Dictionary<string, string> metadata = new()
        {
            [TaskKey] = embedding.Task,
            [StepKey] = embedding.Step.ToString(CultureInfo.InvariantCulture),
            [PromptTensors.BackboneKey] = embedding.Prompt.BackboneFingerprint,
        };
        AtomicFile.Write(Path.GetFullPath(path), stream => SafetensorsWriter.Write(stream, tensors, metadata));
    }

    /// <summary>Reads an embedding.</summary>
    /// <param name="path">A file that <see cref="Write"/> wrote.</param>
    /// <returns>The embedding.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or holds something else.</exception>
    public static TaskEmbedding Read(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.Tensors.ContainsKey(Embedding) || !file.Metadata.TryGetValue(TaskKey, out string? task)
            || !file.Metadata.TryGetValue(PromptTensors.BackboneKey, out string? backbone)
            || !file.Metadata.TryGetValue(StepKey, out string? text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int step))
        {
            throw new InvalidDataException(
                $"'{path}' holds {string.Join(", ", file.Tensors.Keys.Order(StringComparer.Ordinal).Take(6).Select(SafetensorsHeader.Quote))} and no task embedding; " +
                $"expected a tensor '{Embedding}' and the metadata {TaskKey}, {StepKey} and {PromptTensors.BackboneKey}, as {nameof(TaskEmbeddingFile)} writes them.");
        }

        SoftPrompt prompt = Prompt(file, Embedding, backbone, path);
        SoftPrompt? start = file.Tensors.ContainsKey(Start) ? Prompt(file, Start, backbone, path) : null;
        return start is null || (start.Length == prompt.Length && start.Dim == prompt.Dim)
            ? new TaskEmbedding(task, prompt, step) { Start = start }
            : throw new InvalidDataException($"'{path}': the start is {start.Length} x {start.Dim}, expected {prompt.Length} x {prompt.Dim} as its embedding is.");
    }

    private static SafetensorsEntry Entry(string name, SoftPrompt prompt) => SafetensorsEntry.FromFloats(name, [prompt.Length, prompt.Dim], prompt.Values.Span);

    private static SoftPrompt Prompt(SafetensorsFile file, string name, string backbone, string path)
    {
        SafetensorsTensor tensor = file.Find(name);
        if (tensor.DType != SafetensorsType.F32 || tensor.Shape is not [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue])
        {
            throw new InvalidDataException($"'{path}': {name} is {SafetensorsTypes.Name(tensor.DType)} [{string.Join(", ", tensor.Shape)}], expected F32 [rows, width].");
        }

        try
        {
            return new SoftPrompt((int)tensor.Shape[0], (int)tensor.Shape[1], file.ReadFloats(name), backbone);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"'{path}': {name}: {e.Message}", e);
        }
    }
}
