namespace Spot.Interop;

/// <summary>What an exported PEFT configuration says of the model. All of it may be left out: PEFT then takes it from the model it is loaded onto.</summary>
public sealed class PeftExportOptions
{
    /// <summary>The model's name or path (<c>base_model_name_or_path</c>), for example <c>google/t5-base-lm-adapt</c>; <c>AutoPeftModel</c> needs it.</summary>
    /// <value>Null.</value>
    public string? BaseModel { get; set; }

    /// <summary>The number of encoder layers (<c>num_layers</c>), at least 1.</summary>
    /// <value>Null.</value>
    public int? Layers { get; set; }

    /// <summary>The number of attention heads (<c>num_attention_heads</c>), at least 1.</summary>
    /// <value>Null.</value>
    public int? Heads { get; set; }
}
