using Npgsql;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

public class SchemaTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_that_migrate_at_once_one_does_and_all_find_it_done()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgreSqlSchema.MigrateAsync(place.Source, cancellationToken: Token)));
        Assert.Equal(Migrations.Latest, await place.ReadAsync<int>("select count(*)::int from spot.migrations"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgreSqlPromptLibrary.OpenAsync(place.Source, "other", cancellationToken: Token)));
        Assert.Equal(Migrations.Latest, await place.ReadAsync<int>("select max(version) from other.migrations"));
    }

    [Fact]
    public async Task An_older_schema_is_updated_when_asked_alone_and_a_newer_one_is_left_alone()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgresDatabase database = new(place.Source, "spot");
        IReadOnlyList<Migration> newer = [.. Migrations.All, new Migration(Migrations.Latest + 1, "9999-next.sql", "alter table {schema}.prompts add column colour text")];
        await (await place.OpenAsync()).AddAsync(Samples.Record("x"), cancellationToken: Token);

        SpotException error = await Assert.ThrowsAsync<SpotException>(() => Migrations.EnsureAsync(database, mayUpdate: false, Token, newer));
        Assert.All([$"version {Migrations.Latest}, expected {Migrations.Latest + 1}", "MigrateAsync", place.Location], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        IReadOnlyList<Migration> wrong = [.. newer, new Migration(Migrations.Latest + 2, "9999-wrong.sql", "select nonsense")];
        await Assert.ThrowsAnyAsync<Exception>(() => Migrations.EnsureAsync(database, mayUpdate: true, Token, wrong));
        Samples.AssertEqual(Samples.Record("x"), await (await place.OpenAsync()).GetAsync("x", Token)); // all or nothing

        await Migrations.EnsureAsync(database, mayUpdate: true, Token, newer);
        error = await Assert.ThrowsAsync<SpotException>(() => place.OpenAsync());
        Assert.Contains($"version {Migrations.Latest + 1}, expected {Migrations.Latest}", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpotException>(() => PostgreSqlSchema.MigrateAsync(place.Source, cancellationToken: Token));
        Assert.Equal(1, await place.ReadAsync<long>("select count(*) from spot.prompts where colour is null"));
    }

    [Theory]
    [InlineData("create schema spot; create table spot.prompts (id int); insert into spot.prompts values (7)")]
    [InlineData("create schema spot; create table spot.prompts (id int); insert into spot.prompts values (7); create table spot.migrations (version int); insert into spot.migrations values (1)")]
    [InlineData("create schema spot; create table spot.prompts (id int); insert into spot.prompts values (7); create table spot.migrations (version text, name text); insert into spot.migrations values ('x', 'y')")]
    public async Task What_is_of_another_program_is_left_alone(string sql)
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        await place.ExecuteAsync(sql);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => place.OpenAsync());
        Assert.Contains(place.Location, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpotException>(() => PostgreSqlSchema.MigrateAsync(place.Source, cancellationToken: Token));
        Assert.Equal(7, await place.ReadAsync<int>("select id from spot.prompts"));
        Assert.Equal(0, await place.ReadAsync<long>("select count(*) from pg_proc where pronamespace = 'spot'::regnamespace"));
    }

    [Fact]
    public async Task Another_encoding_is_refused()
    {
        string connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync("encoding 'LATIN1' locale 'C' template template0");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token));
        Assert.Contains("LATIN1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Spot")]
    [InlineData("1a")]
    [InlineData("a\"; drop table x; --")]
    [InlineData("a.b")]
    [InlineData("a\n")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddd")]
    public void A_schema_has_a_plain_name(string name)
    {
        using NpgsqlDataSource source = NpgsqlDataSource.Create("Host=none");
        Assert.Throws<ArgumentException>(() => new PostgresDatabase(source, name));
    }
}
