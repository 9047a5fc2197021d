using System.CommandLine;
using Spot.Backbone;
using Spot.Serialization;

namespace Spot.Cli;

/// <summary><c>spot convert</c>: writes a prompt of any format in another one.</summary>
internal sealed class ConvertCommand : ToolCommand
{
    private static readonly string[] Formats = ["safetensors", "npy", "peft"];

    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly PromptChoice _prompt;
    private readonly Argument<string> _output = new("output") { HelpName = "OUTPUT", Description = "The file, or for PEFT the folder, that is written" };
    private readonly Option<string> _to = NamedChoice.Option("--to", "The format [default: by the name: .safetensors, .npy, else the folder of PEFT]", Formats);
    private readonly Option<string?> _base = new("--base-model") { HelpName = "NAME", Description = "What PEFT's configuration names as the model, for example google/t5-base-lm-adapt [default: the model's folder]" };

    public ConvertCommand(Terminal terminal)
        : base("convert", "Write a prompt of any format that is read in another one.", terminal)
    {
        _prompt = new PromptChoice(_library);
        Add(_prompt);
        Arguments.Add(_output);
        Options.Add(_to);
        Options.Add(_base);
        Add(_library);
        Add(_model);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string output = call.Parsed.GetValue(_output)!;
        string format = NamedChoice.Find(_to, call.Parsed.GetValue(_to) ?? Of(output), Formats, name => name);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        (SoftPrompt? prompt, _) = await _prompt.ReadAsync(call, backbone, cancellationToken);
        if (prompt is null)
        {
            throw new ArgumentException("Found the prompt 'none', expected one that can be written.");
        }

        switch (format)
        {
            case "npy":
                PromptFile.WriteNpy(output, prompt);
                break;
            case "peft":
                PromptFile.WritePeft(output, prompt, new PeftExportOptions
                {
                    BaseModel = call.Parsed.GetValue(_base) ?? Path.GetFullPath(_model.Folder(call.Parsed)),
                    Layers = backbone.Config.EncoderLayers,
                    Heads = backbone.Config.Heads,
                });
                break;
            default:
                PromptFile.WriteSafetensors(output, prompt);
                break;
        }

        call.Result(
            new { prompt = _prompt.Name(call.Parsed), output = Path.GetFullPath(output), format, prompt.Length, prompt.Dim, backbone = prompt.BackboneFingerprint },
            () => call.Say($"{_prompt.Name(call.Parsed)}, a prompt of {prompt.Length} x {prompt.Dim} for {backbone.Name}, is written to {output} as {format}."));
        call.Next($"spot evaluate DATA {Shell.Quote(output)}");
        return ExitCode.Done;
    }

    private static string Of(string output) => Path.GetExtension(output).ToLowerInvariant() switch
    {
        ".npy" => "npy",
        ".safetensors" => "safetensors",
        "" => "peft",
        string other => throw new ArgumentException($"The name '{output}' ends in {other}, expected .safetensors, .npy or a folder for PEFT. Say the format with --to {string.Join('|', Formats)}."),
    };
}
