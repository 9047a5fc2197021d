using System.CommandLine;
using Spot.Hangfire;
using Spot.Studies;

namespace Spot.Cli;

/// <summary><c>spot study submit</c>: gives a study to the workers of a database.</summary>
internal sealed class StudySubmitCommand : ToolCommand
{
    private readonly Option<string> _data = StudySettings.Data();
    private readonly Option<string?> _database = StudyDatabase.Option(), _study = StudyDatabase.Name(required: true);
    private readonly StudySettings _settings = new();

    public StudySubmitCommand(Terminal terminal)
        : base("submit", "Give a study to the workers of a database, or go on with one.", terminal)
    {
        Options.Add(_study);
        Options.Add(_data);
        Options.Add(_database);
        Add(_settings);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string settings = _settings.ToText(call.Parsed, isSmall: false), name = call.Parsed.GetValue(_study)!, database = StudyDatabase.Of(call.Parsed, _database);
        StudyPlan plan = StudySettings.Read(settings, call.Parsed.GetValue(_data)!, cancellationToken);
        if (plan.MultiTaskModelTuning is not null)
        {
            throw new ArgumentException("Found --multi-task-model-tuning, whose models lie in a folder that a database does not have. Leave it out, or run the study in a folder (spot study run).");
        }

        await using StudyClient client = new(database);
        int enqueued = await client.SubmitAsync(name, plan, settings, cancellationToken);
        StudyProgressReport status = (await client.StatusAsync(name, cancellationToken))!;
        call.Result(
            new { study = name, enqueued, units = status.Total, status.Done },
            () => call.Say($"{enqueued} units of {name} are enqueued, the others follow as what they need is done: {status}"));
        call.Next($"on each machine: spot study work --data {Shell.Quote(call.Parsed.GetValue(_data)!)}", $"spot study status --study {name}");
        return ExitCode.Done;
    }
}
