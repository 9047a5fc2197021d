using Spot.Backbone;

namespace Spot;

/// <summary>What <c>services.AddSpot</c> and <c>services.AddKeyedSpot</c> need to know; of a key, the options of that name. Checked when a host starts.</summary>
public sealed class SpotOptions
{
    /// <summary>The folder of the T5 checkpoint: config.json, model.safetensors, spiece.model or tokenizer.json. Needed to tune, embed and generate.</summary>
    public string ModelPath { get; set; } = "";

    /// <summary>The folder of the prompt library; made when the first prompt is added. Needed to keep and search prompts.</summary>
    public string LibraryPath { get; set; } = "";

    /// <summary>Device and precision of the backbone.</summary>
    public BackboneOptions Backbone { get; set; } = new();
}
