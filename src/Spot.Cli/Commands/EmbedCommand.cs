using System.CommandLine;
using Spot.Backbone;
using Spot.Serialization;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary><c>spot embed</c>: embeds a task, the key by which a library is searched.</summary>
internal sealed class EmbedCommand : ToolCommand
{
    private readonly TaskChoice _task = new();
    private readonly ModelChoice _model = new();
    private readonly TuningSettings _tuning = new(nameof(TuningOptions.Steps));
    private readonly Option<string?> _output = new("--output") { HelpName = "FILE", Description = "Where the embedding goes, as safetensors [default: TASK.embedding.safetensors]" };

    public EmbedCommand(Terminal terminal)
        : base("embed", "Embed a task by a few tuning steps: the key by which a library is searched.", terminal)
    {
        Add(_task);
        Options.Add(_output);
        Add(_model);
        Add(_tuning);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        TuningOptions options = _tuning.Read(call.Parsed, _model);
        TextTask task = await _task.LoadAsync(call.Parsed, cancellationToken);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        TaskEmbedding embedding = await NewPrompt.EmbedAsync(call, backbone, task, options, cancellationToken);
        string output = call.Parsed.GetValue(_output) ?? $"{task.Name}.embedding.safetensors";
        TaskEmbeddingFile.Write(output, embedding);
        call.Result(
            new { task = task.Name, output = Path.GetFullPath(output), embedding.Step, length = embedding.Prompt.Length, dim = embedding.Prompt.Dim, backbone = backbone.Name, fingerprint = backbone.Fingerprint },
            () => call.Say($"{task.Name} is embedded by its prompt of {embedding.Prompt.Length} x {embedding.Prompt.Dim} at step {embedding.Step}, in {output}."));
        call.Next($"spot search --embedding {Shell.Quote(output)}");
        return ExitCode.Done;
    }
}
