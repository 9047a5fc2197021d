using System.CommandLine;
using Spot.Backbone;
using Spot.Studies;
using Spot.Tuning;

namespace Spot.Cli;

/// <summary><c>spot study run</c>: runs a study, or goes on with one.</summary>
internal sealed class StudyRunCommand : ToolCommand
{
    private readonly StudyHome _home = new();
    private readonly Option<string> _data = StudySettings.Data();
    private readonly Option<string?> _shard = new("--shard") { HelpName = "i/n", Description = "Do the i-th of n parts, each with an --output of its own" };
    private readonly Option<string[]> _merge = new("--merge") { HelpName = "FOLDER", Description = "Folders of other shards to take over before going on", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _dryRun = DryRun.Option();
    private readonly ModelChoice _model = new();
    private readonly StudySettings _settings = new();

    public StudyRunCommand(Terminal terminal)
        : base("run", "Run a study of which task helps which, or go on with one.", terminal)
    {
        Options.Add(_data);
        Add(_home);
        Options.Add(_shard);
        Options.Add(_merge);
        Options.Add(_dryRun);
        Add(_settings);
        Add(_model);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string settings = _settings.ToText(call.Parsed, _model.IsBundled(call.Parsed)), folder = _home.Folder(call.Parsed);
        StudyPlan plan = StudySettings.Read(settings, call.Parsed.GetValue(_data)!, cancellationToken);
        StudyShard shard = call.Parsed.GetValue(_shard) is { } text ? StudyShard.Parse(text) : StudyShard.All;
        await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
        if (call.Parsed.GetValue(_dryRun))
        {
            await DryRun.StudyAsync(call, new PromptTuner(backbone), plan, cancellationToken);
            return ExitCode.Done;
        }

        using Study study = _home.Open(call, plan, backbone, _model.Options(call.Parsed));
        await _home.KeepAsync(call.Parsed, study, settings, cancellationToken);
        foreach (string other in call.Parsed.GetValue(_merge) ?? [])
        {
            await study.MergeAsync(other, cancellationToken);
            call.Say($"Merged {other}.");
        }

        call.WhenInterrupted = $"What is done is kept in {folder}. Go on with the same command: {call.CommandLine}";
        StudyStatus status = await call.WithProgressAsync($"shard {shard}", bar => study.RunAsync(shard, bar, cancellationToken));
        StudyResult result = await study.ResultAsync(cancellationToken);
        StudyReportFiles.Write(call, result, Path.Combine(folder, "report"), $"Model {backbone.Name}; {settings}");
        if (status.Done < status.Total)
        {
            call.Next($"when the other shards are done: {call.CommandLine} --merge FOLDER...");
        }
        else
        {
            call.Next("open the report", $"spot search --library {Shell.Quote(Path.Combine(call.Parsed.GetValue<string>("--output")!, "library"))} --like ID");
        }

        return ExitCode.Done;
    }
}
