using Npgsql;
using Spot.PostgreSql.Tests;
using Spot.Tests;
using Spot.Tests.Packaging;
using Spot.Tests.Studies;

namespace Spot.Hangfire.Tests;

/// <summary>The rights that the guide gives to a worker's role suffice, and are no more than it says.</summary>
public sealed class RightsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_does_with_the_guides_rights()
    {
        string connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        NpgsqlConnectionStringBuilder worker = new(connection);
        await using StudyClient owner = new(connection);
        await owner.SubmitAsync("a", StudyFake.Plan(), cancellationToken: Cancel);
        string role = $"spot_worker_{worker.Database}";
        string grants = string.Join('\n', Markdown.Blocks("docs/scale-out.md", "sql").Single(lines => lines.Any(line => line.Contains("spot_worker", StringComparison.Ordinal))))
            .Replace("spot_worker", role, StringComparison.Ordinal).Replace("database studies", $"database {worker.Database}", StringComparison.Ordinal);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await ExecuteAsync(source, $"revoke connect, temporary on database {worker.Database} from public; revoke create on schema public from public; {grants}");
        worker.Username = role;
        await using StudyClient client = new(worker.ConnectionString);
        await using (await Worker.StartAsync(worker.ConnectionString, new StudyFake()))
        {
            while (!(await client.StatusAsync("a", Cancel))!.IsEnded)
            {
                await Task.Delay(50, Cancel);
            }
        }

        Assert.Equal(54, (await client.StatusAsync("a", Cancel))!.Done);
        await using NpgsqlDataSource limited = NpgsqlDataSource.Create(worker.ConnectionString);
        foreach (string sql in new[] { "delete from spot.study_units", "delete from spot.studies", "insert into spot.prompts (id) values ('a')", "create table spot.other (id int)", "create schema other" })
        {
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(limited, sql))).SqlState);
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
