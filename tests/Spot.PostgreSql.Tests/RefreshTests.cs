using Npgsql;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

/// <summary>How the copied keys follow the database.</summary>
public class RefreshTests
{
    // Well below the time after which the library would look without being told.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_began_before_and_ends_after_is_not_missed(bool isKept)
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary reader = await place.OpenDatabaseAsync(), writer = await place.OpenDatabaseAsync();
        await writer.AddAsync(Samples.Record("first"), cancellationToken: Token);
        await FillTableAsync(place, writer, Samples.Record("slow"));
        await AssertFoundAsync(reader, ["first"]);

        // One writer is slow: its row has its version, but is not there yet when a second writer comes.
        await using NpgsqlConnection connection = await place.Source.OpenConnectionAsync(Token);
        await using NpgsqlTransaction slow = await connection.BeginTransactionAsync(Token);
        await using NpgsqlCommand insert = new("insert into spot.prompts select * from held", connection);
        Assert.Equal(1, await insert.ExecuteNonQueryAsync(Token));
        Task second = writer.AddAsync(Samples.Record("fast"), cancellationToken: Token);
        while (!second.IsCompleted && await place.ReadAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == 0)
        {
            await Task.Delay(5, Token);
        }

        await reader.RefreshAsync(Token); // whatever it sees now
        await (isKept ? slow.CommitAsync(Token) : slow.RollbackAsync(Token));
        await second;
        await reader.RefreshAsync(Token);
        await AssertFoundAsync(reader, isKept ? ["fast", "first", "slow"] : ["fast", "first"]);
    }

    [Fact]
    public async Task Changes_are_told_of_without_asking()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary reader = await place.OpenDatabaseAsync(), writer = await place.OpenDatabaseAsync();
        await AssertFoundAsync(reader, []);
        await ListeningAsync(reader);
        await writer.AddAsync(Samples.Record("x"), cancellationToken: Token);
        await FindsAsync(reader, ["x"]);
        await writer.AddAsync(Samples.Record("y"), cancellationToken: Token);
        await writer.RemoveAsync("x", Token);
        await FindsAsync(reader, ["y"]);
        await place.ExecuteAsync("delete from spot.prompts"); // by whatever program
        await FindsAsync(reader, []);
        Assert.Equal(Samples.Backbone, reader.BackboneFingerprint);
    }

    [Fact]
    public async Task After_a_lost_connection_what_was_missed_is_known()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary reader = await place.OpenDatabaseAsync(), writer = await place.OpenDatabaseAsync();
        await writer.AddAsync(Samples.Record("x"), cancellationToken: Token);
        await AssertFoundAsync(reader, ["x"]);
        foreach (string id in (string[])["y", "z"])
        {
            int listener = await ListeningAsync(reader);
            Assert.True(await place.ReadAsync<bool>($"select pg_terminate_backend({listener})"));
            await writer.AddAsync(Samples.Record(id), cancellationToken: Token);
            await FindsAsync(reader, id == "y" ? ["x", "y"] : ["x", "y", "z"]);
        }

        // All connections at once, as when the server restarts: whoever asks meanwhile is told so, and the next one is answered.
        await place.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        Assert.Equal(3, (await reader.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
        for (int attempt = 0; await Record.ExceptionAsync(() => writer.AddAsync(Samples.Record("last"), replace: true, Token)) is NpgsqlException; attempt++)
        {
            Assert.InRange(attempt, 0, 50);
        }

        await FindsAsync(reader, ["last", "x", "y", "z"]);
    }

    [Fact]
    public async Task A_restored_database_is_read_anew()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary reader = await place.OpenDatabaseAsync();
        foreach (string id in (string[])["x", "y", "z"])
        {
            await reader.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        await AssertFoundAsync(reader, ["x", "y", "z"]);
        await place.ExecuteAsync("set session_replication_role = replica; delete from spot.prompts where id = 'y'; update spot.library set version = 2"); // as of a backup: no trigger tells
        await reader.RefreshAsync(Token);
        await FindsAsync(await place.OpenDatabaseAsync(), ["x", "z"]);
        await reader.AddAsync(Samples.Record("a"), cancellationToken: Token);
        await reader.RefreshAsync(Token);
        await AssertFoundAsync(reader, ["a", "x", "z"]);
    }

    [Fact]
    public async Task However_often_records_are_replaced_the_keys_are_those_of_the_last()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary library = await place.OpenDatabaseAsync();
        PromptRecord[] records = [.. Enumerable.Range(0, 40).Select(i => Samples.Record($"r{i}"))];
        TaskEmbedding query = Samples.Query("q");
        for (int round = 0; round < 60; round++) // more dead rows than live ones: they are copied on the way
        {
            await Task.WhenAll(records.Select((record, i) => library.AddAsync(records[i] = Samples.Record(record.Info.Id, $"{i} {round}"), replace: true, Token)));
            if (round % 20 == 19)
            {
                Assert.Equal(Samples.Ranking(records, query, PromptSimilarity.AverageDisplacement), Samples.Ranking(await library.SearchAsync(query, new() { K = 99 }, Token)));
            }
        }
    }

    [Fact]
    public async Task Who_waits_too_long_for_another_writer_is_told_so_and_nothing_is_added()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        await using NpgsqlDataSource impatient = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(place.ConnectionString) { CommandTimeout = 1 }.ConnectionString);
        await (await place.OpenAsync()).AddAsync(Samples.Record("x"), cancellationToken: Token);
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(impatient, cancellationToken: Token);
        await using NpgsqlConnection connection = await place.Source.OpenConnectionAsync(Token);
        await using NpgsqlTransaction other = await connection.BeginTransactionAsync(Token);
        await using NpgsqlCommand hold = new("delete from spot.prompts where id = 'none'", connection);
        await hold.ExecuteNonQueryAsync(Token);
        NpgsqlException error = await Assert.ThrowsAsync<NpgsqlException>(() => library.AddAsync(Samples.Record("y"), cancellationToken: Token));
        Assert.IsType<TimeoutException>(error.InnerException);
        await other.RollbackAsync(Token);
        Assert.Null(await library.GetAsync("y", Token));
        await library.AddAsync(Samples.Record("y"), cancellationToken: Token);
    }

    private static async Task AssertFoundAsync(PostgreSqlPromptLibrary library, string[] ids) =>
        Assert.Equal(ids, (await library.SearchAsync(Samples.Query("q"), new() { K = 99 }, Token)).Select(match => match.Info.Id).Order(StringComparer.Ordinal));

    private static async Task FindsAsync(PostgreSqlPromptLibrary library, string[] ids)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        end.CancelAfter(Patience);
        while (!(await library.SearchAsync(Samples.Query("q"), new() { K = 99 }, end.Token)).Select(match => match.Info.Id).Order(StringComparer.Ordinal).SequenceEqual(ids))
        {
            await Task.Delay(5, end.Token);
        }
    }

    private static async Task<int> ListeningAsync(PostgreSqlPromptLibrary library)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        end.CancelAfter(Patience);
        int? process;
        while ((process = library.Listener) is null)
        {
            await Task.Delay(5, end.Token);
        }

        return process.Value;
    }

    // A row for later, in a table of the test's own.
    private static async Task FillTableAsync(DatabasePlace place, PostgreSqlPromptLibrary library, PromptRecord record)
    {
        await library.AddAsync(record, cancellationToken: Token);
        await place.ExecuteAsync($"create table held as select * from spot.prompts where id = '{record.Info.Id}'");
        await library.RemoveAsync(record.Info.Id, Token);
    }
}
