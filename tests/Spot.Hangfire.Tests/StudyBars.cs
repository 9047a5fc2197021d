using System.Diagnostics;
using Npgsql;
using Spot.PostgreSql.Tests;
using Spot.Studies;
using Spot.Tests.Studies;

namespace Spot.Hangfire.Tests;

/// <summary>What a unit costs beside its tuning, measured with runs that take no time: <c>-class *StudyBars -explicit only -showLiveOutput</c>.</summary>
public sealed class StudyBars
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Overhead_of_a_unit()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string connection = await server.CreateDatabaseAsync();
        await using StudyClient client = new(connection);
        StudyPlan plan = StudyFake.Plan(sources: 20, targets: 8);
        await client.SubmitAsync("a", plan, cancellationToken: Cancel);
        await using (await Worker.StartAsync(connection, new StudyFake(), _ => plan))
        {
            while (!(await client.StatusAsync("a", Cancel))!.IsEnded)
            {
                await Task.Delay(1000, Cancel);
            }
        }

        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand("select count(*)::double precision, extract(epoch from max(done) - min(done))::double precision from spot.study_units");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancel);
        await reader.ReadAsync(Cancel);
        Say($"{reader.GetDouble(0)} units by one worker in {reader.GetDouble(1):F1} s: {1000 * reader.GetDouble(1) / reader.GetDouble(0):F1} ms a unit");
    }

    [Fact(Explicit = true)]
    public async Task Submit_of_ten_thousand_units()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        await using StudyClient client = new(await server.CreateDatabaseAsync());
        StudyPlan plan = StudyFake.Plan(sources: 60, targets: 40);
        await client.SubmitAsync("small", StudyFake.Plan(), cancellationToken: Cancel); // makes the tables
        long began = Stopwatch.GetTimestamp();
        int enqueued = await client.SubmitAsync("large", plan, cancellationToken: Cancel);
        Say($"{StudyUnitInfo.Of(plan).Count} units submitted, {enqueued} of them jobs at once, in {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s");
        began = Stopwatch.GetTimestamp();
        await client.StatusAsync("large", Cancel);
        Say($"status in {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s");
    }

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(text));
}
