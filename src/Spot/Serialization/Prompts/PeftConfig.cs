namespace Spot.Serialization;

/// <summary>What the <c>adapter_config.json</c> of a PEFT prompt says of its weights. Initialisers and names of code in it are history and never used.</summary>
/// <param name="Rows">The number of virtual tokens, P.</param>
/// <param name="Submodules">1, or 2 where the weights have as many rows again for the decoder, which generation does not use.</param>
/// <param name="Multitask">Whether the prompt is composed for each of several tasks.</param>
internal sealed record PeftConfig(int Rows, int Submodules, bool Multitask)
{
    public const string TypeField = "peft_type", PromptTuning = "PROMPT_TUNING", MultitaskTuning = "MULTITASK_PROMPT_TUNING", TaskType = "SEQ_2_SEQ_LM";

    /// <exception cref="InvalidDataException">It is of no soft prompt in front of a T5's encoder, or a value is missing or out of range.</exception>
    public static PeftConfig Read(ConfigReader json, int dim)
    {
        string type = json.Text(TypeField) ?? throw json.Error($"'{TypeField}' is missing; expected '{PromptTuning}' or '{MultitaskTuning}'. Without it the weights may mean anything.");
        if (type is not (PromptTuning or MultitaskTuning))
        {
            throw json.Error($"'{TypeField}' is {SafetensorsHeader.Quote(type)}, expected '{PromptTuning}' or '{MultitaskTuning}'. {Reason(type)}");
        }

        if (json.Text("task_type") is var task && task != TaskType)
        {
            throw json.Error(
                $"'task_type' is {(task is null ? "missing" : SafetensorsHeader.Quote(task))}, expected '{TaskType}': " +
                (task is null ? "without it PEFT never uses the prompt that it trains." : "the prompt is of another kind of model."));
        }

        if (json.Has("modules_to_save"))
        {
            throw json.Error("'modules_to_save' names weights that were trained with the prompt; the prompt alone is not what was tuned.");
        }

        if (json.Text("prompt_tuning_init") == "TEXT" && json.Text("prompt_tuning_init_text") is null)
        {
            throw json.Error("'prompt_tuning_init' is TEXT, but 'prompt_tuning_init_text' is missing. PEFT refuses such a folder too.");
        }

        if (json.OptionalCount("token_dim") is { } width && width != dim)
        {
            throw new SpotException($"{json.Error($"'token_dim' is {width}, expected {dim}, the width of the backbone.").Message} A soft prompt works only with the model that it was tuned on.");
        }

        return new PeftConfig(json.Count("num_virtual_tokens"), json.Count("num_transformer_submodules", absent: 2, most: 2), type == MultitaskTuning);
    }

    private static string Reason(string type) => type switch
    {
        "PREFIX_TUNING" => "Prefix tuning stores keys and values of every layer, not rows in front of the input.",
        "P_TUNING" => "P-tuning stores the output of a prompt encoder; the rows can be used if they are exported as PROMPT_TUNING.",
        "LORA" => "LoRA changes the weights of the model; there is no prompt.",
        _ => "Only these two are soft prompts.",
    };
}
