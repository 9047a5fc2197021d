namespace Spot.Serialization;

/// <summary>Finds the prompt among the tensors of a file, by the names that tools give it.</summary>
internal static class PromptTensors
{
    /// <summary>The name of a prompt in Spot's own files, and of the metadata that says whose it is.</summary>
    public const string OwnName = "prompt", BackboneKey = "backbone";

    private const string Peft = PeftFolder.Key, OpenPrompt = "soft_embeds", Mixed = "soft_embedding.weight";
    private const int FingerprintLength = 64;

    /// <summary>Reads the prompt of a safetensors or PyTorch file.</summary>
    public static SoftPrompt Read(string path, PromptTarget target)
    {
        using TensorFile file = TensorFile.Open(path);
        string name = Choose(file, target.Options.Tensor);
        PromptRows rows = Rows(file, name, target.Dim);
        if (Ends(name, Mixed))
        {
            // OpenPrompt's MixedTemplate: row 0 stands for all ordinary tokens.
            rows = rows.Count > 1 ? rows.Slice(1, rows.Count - 1) : throw new InvalidDataException(
                $"'{path}': {TensorFile.Describe(name)} has one row, which OpenPrompt's MixedTemplate does not use; expected soft tokens behind it.");
            target.Warn($"'{path}' is of a MixedTemplate. Where its soft tokens stand in the text is not in the file; the prompt that was read stands in front.");
        }

        CheckNeighbours(path, name, rows);
        CheckBackbone(file, target);
        return target.Prompt(rows, path);
    }

    /// <summary>Reads a tensor [rows, columns]; a leading dimension of 1 is dropped, and a bare vector is cut into rows of the width that is wanted.</summary>
    /// <exception cref="InvalidDataException">It has another number of dimensions, no numbers, or no floats.</exception>
    public static PromptRows Rows(TensorFile file, string name, int dim)
    {
        NamedTensor tensor = file.Tensors[name];
        (long rows, long columns) = tensor.Shape switch
        {
            [var p, var h] => (p, h),
            [1, var p, var h] => (p, h),
            [var all] when name == TensorFile.Bare && all % dim == 0 => (all / dim, dim),
            _ => (0, 0),
        };
        return rows is > 0 and <= int.MaxValue && columns is > 0 and <= int.MaxValue
            ? new PromptRows((int)rows, (int)columns, file.Floats(name))
            : throw new InvalidDataException(
                $"'{file.Path}': {TensorFile.Describe(name)} is [{string.Join(", ", tensor.Shape)}], expected [rows, columns] of a prompt, both at least 1.");
    }

    private static string Choose(TensorFile file, string? wanted)
    {
        if (wanted is not null)
        {
            return file.Tensors.ContainsKey(wanted) ? wanted : throw new SpotException(
                $"'{file.Path}' holds no tensor {SafetensorsHeader.Quote(wanted)}, expected one of: {List(file.Tensors.Keys)}.");
        }

        string[] known = [.. file.Tensors.Keys.Where(IsKnown)];
        string[] candidates = known is [] && file.Tensors.Count == 1 ? [.. file.Tensors.Keys] : known;
        return candidates switch
        {
            [string one] => one,
            [] when file.Tensors.Count == 0 => throw new InvalidDataException($"'{file.Path}' holds no tensor, expected a prompt."),
            [] => throw new SpotException(
                $"'{file.Path}' holds {file.Tensors.Count} tensors ({List(file.Tensors.Keys)}), none with a name that a known tool gives to a prompt " +
                $"({OwnName}, {Peft}, {OpenPrompt}, {Mixed}, {AdaptersConfig.KeyEnd}). If one of them is a prompt, name it in {nameof(PromptFileOptions)}.{nameof(PromptFileOptions.Tensor)}."),
            _ => throw new SpotException(
                $"'{file.Path}' holds {candidates.Length} tensors that could be the prompt: {List(candidates)}. Name one in {nameof(PromptFileOptions)}.{nameof(PromptFileOptions.Tensor)}."),
        };
    }

    private static bool IsKnown(string name) =>
        name is OwnName or Peft || Ends(name, OpenPrompt) || Ends(name, Mixed) || AdaptersConfig.IsKey(name);

    private static bool Ends(string name, string key) =>
        name.EndsWith(key, StringComparison.Ordinal) && (name.Length == key.Length || name[^(key.Length + 1)] == '.');

    // Tools that write a configuration beside the weights say there what the rows are for.
    private static void CheckNeighbours(string path, string name, PromptRows rows)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (AdaptersConfig.IsKey(name))
        {
            AdaptersConfig.Check(folder, rows);
        }
        else if (Ends(name, OpenDeltaConfig.Key))
        {
            OpenDeltaConfig.Check(folder, rows);
        }
    }

    private static void CheckBackbone(TensorFile file, PromptTarget target)
    {
        if (file.Metadata.TryGetValue(BackboneKey, out string? found) && found.Length == FingerprintLength && found.All(char.IsAsciiHexDigitLower) && found != target.Backbone)
        {
            throw new SpotException(
                $"'{file.Path}' says that its prompt belongs to the backbone {found[..12]}…, expected {SafetensorsHeader.Quote(target.Backbone)}. " +
                "A soft prompt works only with the model that it was tuned on.");
        }
    }

    private static string List(IEnumerable<string> names)
    {
        const int shown = 6;
        string[] ordered = [.. names.Order(StringComparer.Ordinal)];
        return string.Join(", ", ordered.Take(shown).Select(SafetensorsHeader.Quote)) + (ordered.Length > shown ? ", …" : "");
    }
}
