using Npgsql;
using Spot.Hangfire;
using Spot.Plots;
using Spot.PostgreSql;
using Spot.Studies;

namespace Spot.Samples.StudyWorker;

/// <summary>Reads a study without a model, and writes its report.</summary>
internal static class ReportCommand
{
    public static async Task RunAsync(string database, string name, string data, string output, CancellationToken cancellationToken)
    {
        StudyResult result = await ReadAsync(database, name, data, cancellationToken);
        Console.WriteLine(result);
        IReadOnlyList<string> files = StudyReport.Write(result, output, description: $"The study '{name}' in a database.");
        foreach (SettingTable settings in result.Settings)
        {
            await File.WriteAllTextAsync(Path.Combine(output, "settings.json"), settings.ToJson(), cancellationToken);
        }

        Console.WriteLine($"Report: {files[0]}");
    }

    /// <summary>What the study has found so far.</summary>
    public static async Task<StudyResult> ReadAsync(string database, string name, string data, CancellationToken cancellationToken)
    {
        await using StudyClient client = new(database);
        StudyProgressReport status = await client.StatusAsync(name, cancellationToken) ?? throw new SpotException($"No study '{name}' was submitted.");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        using PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(source, name, null, cancellationToken: cancellationToken);
        BackboneIdentity backbone = store.Backbone ?? throw new SpotException($"Nobody has worked on '{name}' yet.");
        return await Study.ReadAsync(StudySettings.Parse(status.Description).Plan(data), store, backbone, cancellationToken);
    }
}
