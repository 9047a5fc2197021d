using System.CommandLine;

namespace Spot.Cli;

/// <summary><c>spot model fetch-help</c>: how to get a checkpoint. The tool itself downloads nothing.</summary>
internal sealed class ModelFetchHelpCommand : ToolCommand
{
    private readonly Argument<string> _repository = new("repository") { HelpName = "REPOSITORY", Description = "The model's repository on the hub", DefaultValueFactory = _ => "google/t5-base-lm-adapt" };

    public ModelFetchHelpCommand(Terminal terminal)
        : base("fetch-help", "Say how to download a checkpoint; the tool itself downloads nothing.", terminal) => Arguments.Add(_repository);

    protected override Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string repository = call.Parsed.GetValue(_repository)!;
        if (repository.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } name])
        {
            throw new ArgumentException($"Found the repository '{repository}', expected OWNER/NAME, for example google/flan-t5-base.");
        }

        // The repositories of the T5 family hold their weights in one of two forms.
        string weights = owner == "google-t5" || name.StartsWith("flan-t5", StringComparison.Ordinal) ? "model.safetensors" : "pytorch_model.bin";
        string[] files = ["config.json", "spiece.model", weights];
        string[] commands = [$"hf download {repository} {string.Join(' ', files)} --local-dir {name}"];
        string[] urls = [.. files.Select(file => $"https://huggingface.co/{repository}/resolve/main/{file}")];
        call.Result(new { repository, files, commands, urls }, () =>
        {
            call.Say($"{repository} needs three files: {string.Join(", ", files)}. With the hub's tool (pip install huggingface_hub):");
            call.Say("");
            call.Say($"    {commands[0]}");
            call.Say("");
            call.Say("or with any other one:");
            call.Say("");
            call.Say($"    mkdir {name}");
            foreach ((string file, string url) in files.Zip(urls))
            {
                call.Say($"    curl -L -o {name}/{file} {url}");
            }

            call.Say("");
            call.Say("The largest checkpoints are in shards: fetch the .index.json and all files that it names instead of the one with the weights. Where there is no spiece.model, take tokenizer.json.");
        });
        call.Next($"spot model info --model {name}");
        return Task.FromResult(ExitCode.Done);
    }
}
