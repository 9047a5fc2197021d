namespace Spot.Serialization;

/// <summary>
/// Soft prompts in the files of other tools: reads NumPy arrays (google-research/prompt-tuning, T5X), PEFT folders, PyTorch files (ATTEMPT,
/// Prompt-Transferability, OpenPrompt, OpenDelta, adapters) and safetensors; writes NumPy, PEFT and safetensors.
/// </summary>
/// <remarks>
/// <para>The format is told by the content, never by the name. Values come out bit for bit: 16-bit floats widen exactly, 64-bit ones round to
/// nearest even. Nothing in a file is executed, opened as a path or fetched; what is damaged, ambiguous or means something else than rows in
/// front of a T5 encoder's input is refused with the reason. <c>docs/formats.md</c> lists what is read and what is refused.</para>
/// <para>No file says for certain which model its prompt belongs to, so the caller does: by the fingerprint of the backbone and its width.</para>
/// <para>Safe for concurrent calls. Needs no native library.</para>
/// </remarks>
public static class PromptFile
{
    private const int FingerprintDigits = 64;

    /// <summary>Reads the one prompt of a file or folder.</summary>
    /// <param name="path">A file, or the folder of a PEFT, adapters or OpenDelta prompt.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone that the prompt was tuned on: 64 hex digits, <c>T5Backbone.Fingerprint</c>.</param>
    /// <param name="dim">The width of that backbone (d_model), for example <c>T5Backbone.Config.Dim</c>.</param>
    /// <param name="options">Which tensor is meant, and the like; null where the file says all.</param>
    /// <returns>The prompt, [rows, <paramref name="dim"/>].</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or <paramref name="backboneFingerprint"/> is no fingerprint.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dim"/> is below 1.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at the path, or a folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of an unknown format, or holds no prompt of this kind; the message says why.</exception>
    /// <exception cref="SpotException">The prompt is of another width or backbone, or there are several.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static SoftPrompt Read(string path, string backboneFingerprint, int dim, PromptFileOptions? options = null)
    {
        IReadOnlyList<SoftPrompt> prompts = ReadAll(path, backboneFingerprint, dim, options);
        return prompts.Count == 1 ? prompts[0] : throw new SpotException(
            $"'{path}' holds the prompts of {prompts.Count} tasks, expected one. Read them with {nameof(PromptFile)}.{nameof(ReadAll)}; the index in its result is the task's id.");
    }

    /// <summary>Reads all prompts of a file or folder: one plain prompt for each task of a PEFT multitask prompt (MPT), else the one there is.</summary>
    /// <param name="path">A file, or the folder of a PEFT, adapters or OpenDelta prompt.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone that the prompts were tuned on: 64 hex digits, <c>T5Backbone.Fingerprint</c>.</param>
    /// <param name="dim">The width of that backbone (d_model).</param>
    /// <param name="options">Which tensor is meant, and the like; null where the file says all.</param>
    /// <returns>The prompts, at least one; of a multitask prompt by task id, shared rows times the task's columns and rows.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or <paramref name="backboneFingerprint"/> is no fingerprint.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dim"/> is below 1.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at the path, or a folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of an unknown format, or holds no prompt of this kind; the message says why.</exception>
    /// <exception cref="SpotException">The prompts are of another width or backbone, or it is not clear which tensor is meant.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static IReadOnlyList<SoftPrompt> ReadAll(string path, string backboneFingerprint, int dim, PromptFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        PromptTarget target = new(Fingerprint(backboneFingerprint), dim, options ?? new PromptFileOptions());
        if (Directory.Exists(path))
        {
            return PromptFolder.Read(path, target);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no prompt at '{path}'. Expected a file, or a folder with adapter_config.json and its weights.", path);
        }

        if (PeftFolder.IsWeights(path))
        {
            return PromptFolder.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, target);
        }

        return [NpyFile.IsNpy(path) ? target.Prompt(NpyFile.Read(path, target.Options.BFloat16), path) : PromptTensors.Read(path, target)];
    }

    /// <summary>Writes a prompt as NumPy does (version 1.0, <c>&lt;f4</c>, row-major), replacing a file.</summary>
    /// <param name="path">The file; its folder must exist. Any name will do, T5X uses none with an extension.</param>
    /// <param name="prompt">The prompt.</param>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is not writable; nothing has changed.</exception>
    public static void WriteNpy(string path, SoftPrompt prompt)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(prompt);
        AtomicFile.Write(Path.GetFullPath(path), stream => NpyFile.Write(stream, prompt));
    }

    /// <summary>Writes a prompt as a safetensors file of one F32 tensor [rows, width] named <c>prompt</c>, its fingerprint as metadata, replacing a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="prompt">The prompt.</param>
    /// <exception cref="IOException">The file cannot be written; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is not writable; nothing has changed.</exception>
    public static void WriteSafetensors(string path, SoftPrompt prompt)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(prompt);
        AtomicFile.Write(Path.GetFullPath(path), stream => SafetensorsWriter.Write(
            stream,
            [SafetensorsEntry.FromFloats(PromptTensors.OwnName, [prompt.Length, prompt.Dim], prompt.Values.Span)],
            new Dictionary<string, string> { [PromptTensors.BackboneKey] = prompt.BackboneFingerprint }));
    }

    /// <summary>
    /// Writes a prompt as a PEFT <c>PROMPT_TUNING</c> folder for <c>SEQ_2_SEQ_LM</c>: <c>adapter_model.safetensors</c> and
    /// <c>adapter_config.json</c>, with one row for each virtual token.
    /// </summary>
    /// <param name="folder">The folder; made if it does not exist. Files of these two names in it are replaced.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="options">What the configuration says of the model.</param>
    /// <exception cref="ArgumentException">The model has no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or a file is not writable.</exception>
    public static void WritePeft(string folder, SoftPrompt prompt, PeftExportOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(options);
        PeftFolder.Write(Path.GetFullPath(folder), prompt, options);
    }

    /// <summary>
    /// Writes prompts with a part in common as a PEFT <c>MULTITASK_PROMPT_TUNING</c> folder for <c>SEQ_2_SEQ_LM</c>; PEFT knows the tasks by their places.
    /// <see cref="ReadAll"/> reads a plain prompt for each.
    /// </summary>
    /// <param name="folder">As of the other.</param>
    /// <param name="prompt">The prompts.</param>
    /// <param name="options">What the configuration says of the model.</param>
    /// <exception cref="ArgumentException">The model has no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or a file is not writable.</exception>
    public static void WritePeft(string folder, MultitaskPrompt prompt, PeftExportOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(options);
        PeftFolder.Write(Path.GetFullPath(folder), prompt, options);
    }

    // A name or a path here would make a prompt that no backbone takes, and nobody would know before it is used.
    private static string Fingerprint(string backboneFingerprint)
    {
        ArgumentNullException.ThrowIfNull(backboneFingerprint);
        return backboneFingerprint.Length == FingerprintDigits && backboneFingerprint.All(char.IsAsciiHexDigit) ? backboneFingerprint.ToLowerInvariant() : throw new ArgumentException(
            $"The backbone is {SafetensorsHeader.Quote(backboneFingerprint)}, expected the fingerprint of the model that the prompt was tuned on: {FingerprintDigits} hex digits, T5Backbone.Fingerprint.",
            nameof(backboneFingerprint));
    }
}
