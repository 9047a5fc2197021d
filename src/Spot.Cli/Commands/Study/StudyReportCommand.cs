using System.CommandLine;
using Npgsql;
using Spot.Backbone;
using Spot.Hangfire;
using Spot.PostgreSql;
using Spot.Studies;

namespace Spot.Cli;

/// <summary><c>spot study report</c>: writes the report of what a study has found so far.</summary>
internal sealed class StudyReportCommand : ToolCommand
{
    private readonly StudyHome _home = new();
    private readonly Option<string> _data = StudySettings.Data();
    private readonly Option<string?> _database = StudyDatabase.Option(), _study = StudyDatabase.Name();
    private readonly ModelChoice _model = new();

    public StudyReportCommand(Terminal terminal)
        : base("report", "Write the report of what a study has found so far, in a folder or in a database.", terminal)
    {
        Options.Add(_data);
        Add(_home);
        Options.Add(_database);
        Options.Add(_study);
        Add(_model);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        string data = call.Parsed.GetValue(_data)!, folder = _home.Folder(call.Parsed);
        if (call.Parsed.GetValue(_study) is { } name)
        {
            StudyReportFiles.Write(call, await FromDatabaseAsync(StudyDatabase.Of(call.Parsed, _database), name, data, cancellationToken), folder, $"The study '{name}' in a database.");
        }
        else
        {
            string settings = _home.Read(call.Parsed);
            await using T5Backbone backbone = await _model.LoadAsync(call, cancellationToken);
            using Study study = _home.Open(call, StudySettings.Read(settings, data, cancellationToken), backbone, _model.Options(call.Parsed));
            StudyReportFiles.Write(call, await study.ResultAsync(cancellationToken), Path.Combine(folder, "report"), $"Model {backbone.Name}; {settings}");
        }

        call.Next("open the report");
        return ExitCode.Done;
    }

    private static async Task<StudyResult> FromDatabaseAsync(string database, string name, string data, CancellationToken cancellationToken)
    {
        StudyProgressReport status = await StudyDatabase.StatusAsync(database, name, cancellationToken);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        using PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(source, name, null, cancellationToken: cancellationToken);
        BackboneIdentity backbone = store.Backbone ?? throw new SpotException($"Nobody has worked on the study '{name}' yet. Start a worker: spot study work.");
        return await Study.ReadAsync(StudySettings.Read(status.Description, data, cancellationToken), store, backbone, cancellationToken);
    }
}
