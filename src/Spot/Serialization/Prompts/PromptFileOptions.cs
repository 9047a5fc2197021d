namespace Spot.Serialization;

/// <summary>What a reader of prompt files cannot see in the file. The defaults serve every file that says for itself what it holds.</summary>
public sealed class PromptFileOptions
{
    /// <summary>
    /// The name of the tensor to read, those of nested dictionaries joined with dots. Needed where a file holds several tensors and none has a
    /// name that a known tool gives to a prompt.
    /// </summary>
    /// <value>Null: the names of PEFT, OpenPrompt, OpenDelta, adapters and Spot, or else the only tensor of the file.</value>
    public string? Tensor { get; set; }

    /// <summary>
    /// Whether a NumPy array of type <c>V2</c>, two bytes without a meaning, is read as bfloat16. NumPy writes bfloat16 so and loses the type.
    /// </summary>
    /// <value>False: such an array is refused.</value>
    public bool BFloat16 { get; set; }

    /// <summary>Called with what a file holds beside the prompt that was read, for example rows in front of the decoder, which Spot does not have.</summary>
    /// <value>Null: nobody is told.</value>
    public Action<string>? Warning { get; set; }
}
