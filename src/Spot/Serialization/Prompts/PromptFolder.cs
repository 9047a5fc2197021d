namespace Spot.Serialization;

/// <summary>Reads a folder with a configuration and weights: PEFT's, adapters' or OpenDelta's.</summary>
internal static class PromptFolder
{
    private static readonly string[] AdaptersWeights = ["adapter.safetensors", "pytorch_adapter.bin"];

    public static IReadOnlyList<SoftPrompt> Read(string folder, PromptTarget target)
    {
        string adapter = Path.Combine(folder, PeftFolder.ConfigName);
        if (File.Exists(adapter))
        {
            ConfigReader config = ConfigReader.Load(adapter);
            return AdaptersConfig.Is(config) ? [PromptTensors.Read(Weights(folder, AdaptersWeights), target)] : PeftFolder.Read(folder, config, target);
        }

        string other = Path.Combine(folder, OpenDeltaConfig.Name);
        if (File.Exists(other) && ConfigReader.Load(other) is var found)
        {
            return found.Has(OpenDeltaConfig.TypeField) ? [PromptTensors.Read(Weights(folder, OpenDeltaConfig.WeightsName), target)] : throw new InvalidDataException(
                $"'{folder}' is the folder of a model, not of a prompt: its {OpenDeltaConfig.Name} has no '{OpenDeltaConfig.TypeField}'. Load it with T5Backbone.Load.");
        }

        throw new FileNotFoundException(
            $"No {PeftFolder.ConfigName} in '{folder}'. Expected it beside the weights of a PEFT or adapters prompt (or {OpenDeltaConfig.Name} of OpenDelta). " +
            "Without it weights may mean anything; copy it there too.", adapter);
    }

    /// <summary>The first of some files that is there.</summary>
    /// <exception cref="FileNotFoundException">None is.</exception>
    public static string Weights(string folder, params string[] names) => names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"No weights in '{folder}': expected {string.Join(" or ", names)}. Copy them there too.", Path.Combine(folder, names[0]));
}
