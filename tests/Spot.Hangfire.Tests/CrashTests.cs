using Npgsql;
using Spot.PostgreSql;
using Spot.Samples.StudyWorker;
using Spot.Studies;
using Spot.Tests;
using Spot.Tests.Studies;

namespace Spot.Hangfire.Tests;

/// <summary>A database that crashes under two workers and is up again: they wait for it and go on by themselves.</summary>
public sealed class CrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_go_on_after_a_crash_of_the_database()
    {
        using TrialServer server = Start();
        await using StudyClient client = new(server.ConnectionString);
        await client.SubmitAsync("a", StudyFake.Plan(), cancellationToken: Cancel);
        StudyFake one = new(), other = new();
        await using (await Worker.StartAsync(server.ConnectionString, one))
        await using (await Worker.StartAsync(server.ConnectionString, other))
        {
            await UntilAsync(client, status => status.Done >= 10);
            server.Restart();
            await UntilAsync(client, status => status.IsEnded);
        }

        Assert.Equal((54, 0), ((await client.StatusAsync("a", Cancel))!.Done, (await client.StatusAsync("a", Cancel))!.Failed.Count));
        using TempFolder folder = new();
        StudyFake fake = new();
        using Study whole = new(StudyFake.Plan(), folder.Path, StudyFake.Backbone, fake, fake, fake);
        await whole.RunAsync(cancellationToken: Cancel);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        using PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(source, "a", null, cancellationToken: Cancel);
        StudyResult expected = await whole.ResultAsync(Cancel), actual = await Study.ReadAsync(StudyFake.Plan(), store, store.Backbone!, Cancel);
        Assert.Equal(expected.Validation.Scores.Transfer, actual.Validation.Scores.Transfer);
        Assert.Equal(expected.ToString(), actual.ToString());
    }

    private static TrialServer Start()
    {
        try
        {
            return TrialServer.Start();
        }
        catch (FileNotFoundException exception)
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }

    private static async Task UntilAsync(StudyClient client, Func<StudyProgressReport, bool> condition)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        while (true)
        {
            try
            {
                if (condition((await client.StatusAsync("a", Cancel))!))
                {
                    return;
                }
            }
            catch (NpgsqlException)
            {
                // it restarts
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
