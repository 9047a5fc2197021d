using Npgsql;
using Spot.Tests.Library;
using Spot.Tests.Packaging;

namespace Spot.PostgreSql.Tests;

public class RightsTests
{
    private static int _roles;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_may_read_reads_and_searches_and_changes_nothing()
    {
        await using DatabasePlace place = await FilledAsync();
        await using NpgsqlDataSource source = await RoleAsync(place, "grant usage on schema spot to {role}; grant select on all tables in schema spot to {role}");
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        Samples.AssertEqual(Samples.Record("x"), await library.GetAsync("x", Token));
        Assert.Single(await library.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        Assert.Single(await library.ListAsync(Token).ToListAsync(Token));
        await AssertDeniedAsync(place, () => library.AddAsync(Samples.Record("y"), cancellationToken: Token));
        await AssertDeniedAsync(place, () => library.AddAsync(Samples.Record("x", "new"), replace: true, Token));
        await AssertDeniedAsync(place, () => library.RemoveAsync("x", Token));
    }

    [Fact]
    public async Task Who_may_write_needs_no_right_to_what_keeps_the_order()
    {
        await using DatabasePlace place = await FilledAsync();
        await using NpgsqlDataSource source = await RoleAsync(
            place, "grant usage on schema spot to {role}; grant select on all tables in schema spot to {role}; grant insert, update, delete on spot.prompts to {role}");
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        await library.AddAsync(Samples.Record("y"), cancellationToken: Token);
        await library.AddAsync(Samples.Record("x", "new"), replace: true, Token);
        Assert.True(await library.RemoveAsync("y", Token));
        Assert.Equal(["x"], (await library.SearchAsync(Samples.Query("q"), cancellationToken: Token)).Select(match => match.Info.Id));
        foreach (string sql in (string[])["update spot.library set version = 0", "delete from spot.removed_prompts", "update spot.migrations set version = 9", "truncate spot.prompts"])
        {
            await using NpgsqlCommand command = source.CreateCommand(sql);
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Token))).SqlState);
        }
    }

    [Fact]
    public async Task Who_may_nothing_is_told_so()
    {
        await using DatabasePlace place = await FilledAsync();
        await using NpgsqlDataSource source = await RoleAsync(place, "grant connect on database {database} to {role}");
        await AssertDeniedAsync(place, () => PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token));
        UnauthorizedAccessException error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => PostgreSqlPromptLibrary.OpenAsync(source, "elsewhere", cancellationToken: Token));
        Assert.All(["elsewhere", "docs/scale-out.md"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));

        // A schema that is there for it will do.
        await place.ExecuteAsync($"create schema elsewhere authorization \"{new NpgsqlConnectionStringBuilder(source.ConnectionString).Username}\"");
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, "elsewhere", cancellationToken: Token);
        await library.AddAsync(Samples.Record("y"), cancellationToken: Token);
    }

    [Fact]
    public async Task Where_nothing_may_be_changed_all_can_be_read()
    {
        await using DatabasePlace place = await FilledAsync();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(place.ConnectionString) { Options = "-c default_transaction_read_only=on" }.ConnectionString);
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        Assert.Single(await library.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        UnauthorizedAccessException error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => library.AddAsync(Samples.Record("y"), cancellationToken: Token));
        Assert.Contains("primary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guides_roles_can_do_what_it_says_and_no_more()
    {
        await using DatabasePlace admin = await DatabasePlace.CreateAsync();
        string suffix = $"_{Environment.ProcessId}";
        string[] blocks = [.. Markdown.Blocks("docs/scale-out.md", "sql").Select(lines => string.Join('\n', lines)
            .Replace("spot_owner", "owner" + suffix, StringComparison.Ordinal).Replace("spot_writer", "writer" + suffix, StringComparison.Ordinal)
            .Replace("spot_reader", "reader" + suffix, StringComparison.Ordinal).Replace("database prompts", "database prompts" + suffix, StringComparison.Ordinal))];
        Assert.InRange(blocks.Length, 2, int.MaxValue); // those of a library come first
        PostgresServer server = await PostgresServer.GetAsync();
        Array.ForEach(["owner", "writer", "reader"], role => server.AtEnd($"drop role if exists {role}{suffix}"));
        server.AtEnd($"drop database if exists prompts{suffix} with (force)");
        foreach (string statement in blocks[0].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await admin.ExecuteAsync(statement); // a database is made outside of transactions
        }

        NpgsqlDataSource As(string role) =>
            NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Database = "prompts" + suffix, Username = role + suffix, Password = "change me" }.ConnectionString);
        await using NpgsqlDataSource owner = As("owner"), writer = As("writer"), reader = As("reader");
        using PostgreSqlPromptLibrary owned = await PostgreSqlPromptLibrary.OpenAsync(owner, cancellationToken: Token);
        await using (NpgsqlCommand grants = owner.CreateCommand(blocks[1]))
        {
            await grants.ExecuteNonQueryAsync(Token);
        }

        using PostgreSqlPromptLibrary written = await PostgreSqlPromptLibrary.OpenAsync(writer, cancellationToken: Token), read = await PostgreSqlPromptLibrary.OpenAsync(reader, cancellationToken: Token);
        await written.AddAsync(Samples.Record("x"), cancellationToken: Token);
        Assert.Single(await read.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => read.RemoveAsync("x", Token));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => PostgreSqlPromptLibrary.OpenAsync(writer, "another", cancellationToken: Token));
        Assert.True(await written.RemoveAsync("x", Token));
    }

    private static async Task<DatabasePlace> FilledAsync()
    {
        DatabasePlace place = await DatabasePlace.CreateAsync();
        await (await place.OpenAsync()).AddAsync(Samples.Record("x"), cancellationToken: Token);
        return place;
    }

    private static async Task<NpgsqlDataSource> RoleAsync(DatabasePlace place, string grants)
    {
        NpgsqlConnectionStringBuilder connection = new(place.ConnectionString);
        string role = $"role_{Environment.ProcessId}_{Interlocked.Increment(ref _roles)}";
        PostgresServer server = await PostgresServer.GetAsync();
        server.AtEnd($"drop role if exists {role}");
        server.AtEnd($"drop database if exists {connection.Database} with (force)"); // before the role that has rights there
        await place.ExecuteAsync($"create role {role} login password 'secret'; " +
            grants.Replace("{role}", role, StringComparison.Ordinal).Replace("{database}", connection.Database, StringComparison.Ordinal));
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(place.ConnectionString) { Username = role, Password = "secret" }.ConnectionString);
    }

    private static async Task AssertDeniedAsync(DatabasePlace place, Func<Task> call)
    {
        UnauthorizedAccessException error = await Assert.ThrowsAsync<UnauthorizedAccessException>(call);
        Assert.All([place.Location, "docs/scale-out.md"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Samples.AssertEqual(Samples.Record("x"), await (await place.OpenAsync()).GetAsync("x", Token));
    }
}
