using System.CommandLine;
using Spot.Backbone;
using Spot.Library;
using Spot.Serialization;

namespace Spot.Cli;

/// <summary>A prompt: one of the library by its id, or a file.</summary>
/// <param name="library">Which library.</param>
internal sealed class PromptChoice(LibraryChoice library) : IOptionGroup
{
    private readonly Argument<string> _prompt = new("prompt") { HelpName = "PROMPT", Description = "The id of a prompt in the library, or a prompt file or folder (safetensors, NumPy, PEFT, PyTorch), or 'none' for the model alone" };

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_prompt];

    /// <summary>What was named.</summary>
    public string Name(ParseResult parsed) => parsed.GetValue(_prompt)!;

    /// <summary>Reads the prompt.</summary>
    /// <returns>The prompt, null for none, and what the library says of it, null where it is a file's.</returns>
    /// <exception cref="ArgumentException">There is neither a prompt nor a file of that name.</exception>
    public async Task<(SoftPrompt? Prompt, PromptInfo? Info)> ReadAsync(Call call, T5Backbone backbone, CancellationToken cancellationToken)
    {
        string name = Name(call.Parsed);
        if (name == OptionValue.None)
        {
            return (null, null);
        }

        string folder = library.Folder(call.Parsed);
        string[] known = [];
        if (Directory.Exists(folder))
        {
            using PromptLibrary prompts = library.Open(call, backbone.Fingerprint);
            if (await prompts.GetAsync(name, cancellationToken) is { } record)
            {
                return (record.Prompt, record.Info);
            }

            known = await prompts.ListAsync(cancellationToken).Select(info => info.Id).ToArrayAsync(cancellationToken);
        }

        return Path.Exists(name)
            ? (PromptFile.Read(name, backbone.Fingerprint, backbone.Config.Dim, new PromptFileOptions { Warning = call.Tell }), null)
            : throw new ArgumentException($"Found neither a prompt '{name}' in the library '{folder}' nor a file of that name. {Known(folder, known)}");
    }

    private static string Known(string folder, string[] ids) => ids.Length switch
    {
        0 => $"'{folder}' holds no prompts: tune one with 'spot tune', or name another library with --library.",
        <= 10 => $"There are {string.Join(", ", ids)}.",
        _ => $"There are {string.Join(", ", ids.Take(10))} and {ids.Length - 10} others: 'spot library list'.",
    };
}
