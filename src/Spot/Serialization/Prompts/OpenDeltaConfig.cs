namespace Spot.Serialization;

/// <summary>The <c>config.json</c> of OpenDelta beside the weights of a prompt.</summary>
internal static class OpenDeltaConfig
{
    public const string Name = "config.json", TypeField = "delta_type", WeightsName = "pytorch_model.bin";

    /// <summary>How the name of a prompt's tensor ends.</summary>
    public const string Key = "soft_prompt_layer.soft_embeds";

    /// <exception cref="InvalidDataException">The configuration there contradicts the rows, or is of another kind of delta.</exception>
    public static void Check(string folder, PromptRows rows)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return;
        }

        ConfigReader config = ConfigReader.Load(path);
        if (config.Text(TypeField) is { } type && type != "soft_prompt")
        {
            throw config.Error($"'{TypeField}' is {SafetensorsHeader.Quote(type)}, expected 'soft_prompt'; nothing else is a soft prompt.");
        }

        if (config.OptionalCount("soft_token_num") is { } count && count != rows.Count)
        {
            throw config.Error($"'soft_token_num' is {count}, but the weights have {rows.Count} rows. Both files must be of the same prompt.");
        }
    }
}
