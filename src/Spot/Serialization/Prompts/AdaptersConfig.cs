namespace Spot.Serialization;

/// <summary>The <c>adapter_config.json</c> of adapter-hub/adapters beside the weights of a prompt.</summary>
internal static class AdaptersConfig
{
    /// <summary>How the name of a prompt's tensor ends; the adapter's name before it may hold dots.</summary>
    public const string KeyEnd = "prompt_embedding.weight";

    private const string KeyPart = "prompt_tunings.", Section = "config", Architecture = "architecture", Combine = "combine";

    public static bool IsKey(string name) =>
        name.EndsWith("." + KeyEnd, StringComparison.Ordinal) && (name.StartsWith(KeyPart, StringComparison.Ordinal) || name.Contains("." + KeyPart, StringComparison.Ordinal));

    /// <summary>Whether a configuration is of this tool.</summary>
    public static bool Is(ConfigReader config) => !config.Has(PeftConfig.TypeField) && config.Has(Section);

    /// <exception cref="InvalidDataException">The configuration there contradicts the rows, or says that they stand elsewhere than in front.</exception>
    public static void Check(string folder, PromptRows rows)
    {
        string path = Path.Combine(folder, PeftFolder.ConfigName);
        if (!File.Exists(path))
        {
            return;
        }

        ConfigReader root = ConfigReader.Load(path);
        ConfigReader config = root.Section(Section) ?? throw root.Error($"'{Section}' is missing; expected the configuration of an adapter.");
        if (config.Text(Architecture) is not "prompt_tuning")
        {
            throw root.Error($"the adapter's architecture is {Quote(config.Text(Architecture))}, expected 'prompt_tuning'; nothing else is a soft prompt.");
        }

        if (config.Text(Combine) is not (null or "prefix"))
        {
            throw root.Error($"the prompt stands at {Quote(config.Text(Combine))}, expected 'prefix': Spot's prompts stand in front of the first token.");
        }

        if (config.OptionalCount("prompt_length") is { } length && length != rows.Count)
        {
            throw root.Error($"'{Section}.prompt_length' is {length}, but the weights have {rows.Count} rows. Both files must be of the same adapter.");
        }

        if (root.OptionalCount("hidden_size") is { } width && width != rows.Columns)
        {
            throw root.Error($"'hidden_size' is {width}, but the weights have {rows.Columns} columns. Both files must be of the same adapter.");
        }
    }

    private static string Quote(string? text) => text is null ? "missing" : SafetensorsHeader.Quote(text);
}
