using System.CommandLine;
using Spot.Backbone;
using Spot.Library;
using Spot.Serialization;

namespace Spot.Cli;

/// <summary><c>spot library add</c>: takes a prompt file, of this or another tool, into a library.</summary>
internal sealed class LibraryAddCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly Argument<string> _file = new("file") { HelpName = "FILE", Description = "A prompt file or folder: safetensors, NumPy, PEFT, PyTorch" };
    private readonly Option<string> _id = new("--id") { HelpName = "ID", Description = "The prompt's id in the library", Required = true };
    private readonly Option<string> _task = new("--task") { HelpName = "NAME", Description = "The task that it was tuned on", Required = true };
    private readonly Option<string?> _embedding = new("--embedding") { HelpName = "FILE", Description = "The task's embedding, of 'spot embed', so that searches find the prompt" };
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace a prompt of that id" };
    private readonly LibraryOptions _fileOptions = LibraryOptions.Of<PromptFileOptions>();
    private readonly LibraryOptions _info = LibraryOptions.Of<PromptInfo>(
        nameof(PromptInfo.Id), nameof(PromptInfo.Task), nameof(PromptInfo.BackboneFingerprint), nameof(PromptInfo.BackboneName), nameof(PromptInfo.Length), nameof(PromptInfo.Dim), nameof(PromptInfo.EmbeddingStep));

    public LibraryAddCommand(Terminal terminal)
        : base("add", "Take a prompt file, of this or another tool, into a library.", terminal)
    {
        Arguments.Add(_file);
        Options.Add(_id);
        Options.Add(_task);
        Options.Add(_embedding);
        Options.Add(_replace);
        Add(_info);
        Add(_fileOptions);
        Add(_library);
        Add(_model);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string file = call.Parsed.GetValue(_file)!, id = call.Parsed.GetValue(_id)!, task = call.Parsed.GetValue(_task)!;
        PromptFileOptions options = new() { Warning = call.Tell };
        _fileOptions.Apply(call.Parsed, options);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        SoftPrompt prompt = PromptFile.Read(file, backbone.Fingerprint, backbone.Config.Dim, options);
        TaskEmbedding? embedding = call.Parsed.GetValue(_embedding) is { } path ? TaskEmbeddingFile.Read(path) with { Task = task } : null;
        PromptInfo info = new()
        {
            Id = id,
            Task = task,
            BackboneFingerprint = backbone.Fingerprint,
            BackboneName = backbone.Name,
            Length = prompt.Length,
            Dim = prompt.Dim,
            EmbeddingStep = embedding?.Step,
            Created = DateTimeOffset.UtcNow,
        };
        _info.Apply(call.Parsed, info);
        using PromptLibrary library = _library.Open(call, backbone.Fingerprint);
        await library.AddAsync(new PromptRecord(info, prompt, embedding), call.Parsed.GetValue(_replace), cancellationToken);
        call.Result(info, () => call.Say($"{file}, a prompt of {prompt.Length} x {prompt.Dim} for {backbone.Name}, is kept as {id} in {library.Folder}."));
        call.Next($"spot predict {id} \"a text\"{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }
}
