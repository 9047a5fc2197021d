namespace Spot.Serialization;

/// <summary>
/// What an exported PEFT configuration says of the model. A prompt knows its model by fingerprint only, so the name must be given; the numbers may
/// be left out, and PEFT takes them from the model.
/// </summary>
public sealed class PeftExportOptions
{
    /// <summary>
    /// The model's name on the hub or path (<c>base_model_name_or_path</c>), for example <c>google/t5-base-lm-adapt</c>: what <c>AutoPeftModel</c> and
    /// <c>AutoModelForSeq2SeqLM</c> load for the prompt. Not empty.
    /// </summary>
    public required string BaseModel { get; set; }

    /// <summary>The number of encoder layers (<c>num_layers</c>), at least 1.</summary>
    /// <value>Null.</value>
    public int? Layers { get; set; }

    /// <summary>The number of attention heads (<c>num_attention_heads</c>), at least 1.</summary>
    /// <value>Null.</value>
    public int? Heads { get; set; }
}
