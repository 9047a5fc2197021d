using System.CommandLine;
using Spot.Backbone;
using Spot.Library;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary><c>spot tune</c>: tunes a prompt on a task and keeps it in a library.</summary>
internal sealed class TuneCommand : ToolCommand
{
    private readonly TaskChoice _task = new();
    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly TuningSettings _tuning = new();
    private readonly Option<string?> _id = new("--id") { HelpName = "ID", Description = "The prompt's id in the library [default: TASK-SEED]" };
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace a prompt of that id" };
    private readonly Option<bool> _dryRun = DryRun.Option();
    private readonly Option<string?> _start = new("--start") { HelpName = "ID", Description = "A prompt of the library to start from; 'spot transfer' looks for one" };

    public TuneCommand(Terminal terminal)
        : base("tune", "Tune a prompt on a task and keep it in a library.", terminal)
    {
        Add(_task);
        Add(_library);
        Options.Add(_id);
        Options.Add(_replace);
        Options.Add(_start);
        Options.Add(_dryRun);
        Add(_model);
        Add(_tuning);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        TuningOptions options = _tuning.Read(call.Parsed, _model);
        TextTask task = await _task.LoadAsync(call.Parsed, cancellationToken);
        string id = call.Parsed.GetValue(_id) ?? $"{task.Name}-{options.Seed}";
        options.RunFolder ??= Path.Combine("runs", id);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        using PromptLibrary library = _library.Open(call, backbone.Fingerprint);
        await NewPrompt.CheckAsync(library, id, call.Parsed.GetValue(_replace), cancellationToken);
        PromptRecord? start = call.Parsed.GetValue(_start) is { } from ? await NewPrompt.StartAsync(library, from, cancellationToken) : null;
        PromptTuner tuner = new(backbone, call.Log<PromptTuner>());
        if (call.Parsed.GetValue(_dryRun))
        {
            await DryRun.TuneAsync(call, tuner, task, options, start?.Prompt, cancellationToken);
            return ExitCode.Done;
        }

        TuningResult result = await call.WithProgressAsync(
            task.Name, bar => NewPrompt.WatchedAsync(call, options.RunFolder, bar, () => tuner.TuneAsync(task, options, start?.Prompt, bar, cancellationToken)));
        PromptRecord record = PromptRecord.FromTuning(task, result, id, start is null ? null : [start.Info.Id]);
        await library.AddAsync(record, replace: true, CancellationToken.None); // what was tuned is kept
        call.Result(
            new { id, library = library.Folder, runFolder = Path.GetFullPath(options.RunFolder), task = task.Name, backbone = backbone.Name, result.BestScore, result.BestStep, steps = result.Losses.Count, record.Info.Metrics, length = result.Best.Length, dim = result.Best.Dim, result.Seed, start = start?.Info.Id },
            () => call.Say($"{task.Name}: {result}"));
        NewPrompt.Say(call, record, _library, options);
        call.Next(
            NewPrompt.Evaluation(call, _task, task, id, _library),
            $"spot predict {id} \"a text in the form of the task's inputs\"{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }
}
