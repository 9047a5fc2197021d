using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spot.Hangfire;

namespace Spot.Cli;

/// <summary><c>spot study work</c>: does units of the studies in a database.</summary>
internal sealed class StudyWorkCommand : ToolCommand
{
    private readonly Option<string> _data = StudySettings.Data();
    private readonly Option<string?> _database = StudyDatabase.Option();
    private readonly Option<string?> _until = new("--until-ended") { HelpName = "STUDY", Description = "End when this study has ended [default: work until stopped]" };
    private readonly ModelChoice _model = new();

    public StudyWorkCommand(Terminal terminal)
        : base("work", "Do units of the studies in a database, until stopped.", terminal)
    {
        Options.Add(_data);
        Options.Add(_database);
        Options.Add(_until);
        Add(_model);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string data = call.Parsed.GetValue(_data)!, database = StudyDatabase.Of(call.Parsed, _database), folder = _model.Folder(call.Parsed);
        string? until = call.Parsed.GetValue(_until);
        if (until is not null)
        {
            await StudyDatabase.StatusAsync(database, until, cancellationToken);
        }

        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Spot", LogLevel.Information).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSpot(spot => (spot.ModelPath, spot.Backbone) = (folder, _model.Options(call.Parsed)));
        builder.Services.AddSpotStudyWorker(worker =>
        {
            worker.ConnectionString = database;
            worker.Plan = submission => StudySettings.Read(submission.Description, data);
        });
        call.WhenInterrupted = "The unit under way leaves a checkpoint in the database; it goes on wherever a worker takes it up.";
        using (IHost host = builder.Build())
        {
            await host.StartAsync(cancellationToken);
            try
            {
                await UntilAsync(database, until, cancellationToken);
            }
            finally
            {
                await host.StopAsync(CancellationToken.None);
            }
        }

        StudyProgressReport ended = await StudyDatabase.StatusAsync(database, until!, cancellationToken);
        call.Result(new { study = until, ended.Done, ended.Total, setAside = ended.Failed }, () => call.Say($"{until} has ended: {ended}"));
        call.Next($"spot study report --study {until} --data {Shell.Quote(data)} --output report");
        return ExitCode.Done;
    }

    private static async Task UntilAsync(string database, string? study, CancellationToken cancellationToken)
    {
        await using StudyClient client = new(database);
        while (study is null || !(await StudyDatabase.StatusAsync(client, study, cancellationToken)).IsEnded)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}
