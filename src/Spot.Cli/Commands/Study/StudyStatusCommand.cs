using System.CommandLine;
using Spot.Hangfire;

namespace Spot.Cli;

/// <summary><c>spot study status</c>: how a study in a database stands.</summary>
internal sealed class StudyStatusCommand : ToolCommand
{
    private readonly Option<string?> _database = StudyDatabase.Option(), _study = StudyDatabase.Name(required: true);

    public StudyStatusCommand(Terminal terminal)
        : base("status", "Say how a study in a database stands.", terminal)
    {
        Options.Add(_study);
        Options.Add(_database);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string name = call.Parsed.GetValue(_study)!;
        StudyProgressReport status = await StudyDatabase.StatusAsync(StudyDatabase.Of(call.Parsed, _database), name, cancellationToken);
        call.Result(
            new { study = name, status.Done, status.Total, status.Running, setAside = status.Failed, status.UnitsPerHour, secondsLeft = status.Remaining?.TotalSeconds, status.IsCancelled, status.IsEnded },
            () =>
            {
                call.Say($"{name}: {status}");
                foreach (RunningUnit unit in status.Running)
                {
                    call.Say($"  {unit.Unit} {unit.Progress} on {unit.Worker}{(unit.Starts > 1 ? $", begun {unit.Starts} times" : "")}");
                }

                foreach (FailedUnit unit in status.Failed)
                {
                    call.Say($"! {unit.Unit} is set aside after {unit.Failures} failures: {unit.Reason}");
                }
            });
        call.Next(status.IsEnded ? $"spot study report --study {name} --data FOLDER --output report" : status.Running.Count == 0 ? "spot study work --data FOLDER" : $"spot study status --study {name}");
        return ExitCode.Done;
    }
}
