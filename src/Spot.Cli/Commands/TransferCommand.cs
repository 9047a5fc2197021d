using System.CommandLine;
using Spot.Backbone;
using Spot.Library;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary><c>spot transfer</c>: tunes a task from the prompts of similar ones.</summary>
internal sealed class TransferCommand : ToolCommand
{
    private readonly TaskChoice _task = new();
    private readonly LibraryChoice _library = new();
    private readonly ModelChoice _model = new();
    private readonly TuningSettings _tuning = new();
    private readonly StrategyChoice _strategy = new();
    private readonly Option<string?> _id = new("--id") { HelpName = "ID", Description = "The new prompt's id in the library [default: TASK-STRATEGY-SEED]" };
    private readonly Option<bool> _dryRun = DryRun.Option();
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace a prompt of that id" };

    public TransferCommand(Terminal terminal)
        : base("transfer", "Tune a task from the library's prompts of similar tasks, and keep the best.", terminal)
    {
        Add(_task);
        Add(_strategy);
        Add(_library);
        Options.Add(_id);
        Options.Add(_replace);
        Options.Add(_dryRun);
        Add(_model);
        Add(_tuning);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        TuningOptions options = _tuning.Read(call.Parsed, _model);
        TextTask task = await _task.LoadAsync(call.Parsed, cancellationToken);
        string name = _strategy.Name(call.Parsed), id = call.Parsed.GetValue(_id) ?? FormattableString.Invariant($"{task.Name}-{name}-{options.Seed}");
        options.RunFolder ??= Path.Combine("runs", id);
        using PromptLibrary library = _library.OpenExisting(call);
        await NewPrompt.CheckAsync(library, id, call.Parsed.GetValue(_replace), cancellationToken);
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        PromptTuner tuner = new(backbone, call.Log<PromptTuner>());
        ITransferStrategy strategy = _strategy.Make(call.Parsed, tuner, new TaskEmbedder(tuner), library);
        if (call.Parsed.GetValue(_dryRun))
        {
            (int runs, long otherSteps) = await StrategyChoice.CostAsync(strategy, library, options, cancellationToken);
            await DryRun.TransferAsync(call, tuner, task, options, runs, otherSteps, cancellationToken);
            return ExitCode.Done;
        }

        TransferResult result = await call.WithProgressAsync(
            task.Name, bar => NewPrompt.WatchedAsync(call, options.RunFolder, bar, () => strategy.TransferAsync(task, options, bar, cancellationToken)));
        PromptRecord record = PromptRecord.FromTuning(task, result.Best.Result, id, result.Best.Lineage);
        await library.AddAsync(record, replace: true, CancellationToken.None); // what was tuned is kept
        call.Result(
            new
            {
                id,
                library = library.Folder,
                strategy = name,
                task = task.Name,
                backbone = backbone.Name,
                result.Steps,
                best = Json(result.Best),
                record.Info.Metrics,
                candidates = result.Candidates.Select(Json),
            },
            () => call.Say($"{task.Name}: {result}"));
        NewPrompt.Say(call, record, _library, options);
        call.Next(NewPrompt.Evaluation(call, _task, task, id, _library));
        return ExitCode.Done;
    }

    private static object Json(TransferCandidate candidate) => new
    {
        sources = candidate.Sources.Select(source => new { source.Info.Id, source.Weight, source.Similarity }),
        candidate.Result.BestScore,
        candidate.Result.BestStep,
        steps = candidate.Result.Losses.Count,
    };
}
