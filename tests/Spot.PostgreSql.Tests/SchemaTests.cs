using Npgsql;

namespace Spot.PostgreSql.Tests;

public class SchemaTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_that_migrate_at_once_one_does_and_all_find_it_done()
    {
        string connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgreSqlSchema.MigrateAsync(source, cancellationToken: Token)));
        await using NpgsqlCommand command = source.CreateCommand("select count(*)::int from spot.migrations");
        Assert.Equal(Migrations.Latest, await command.ExecuteScalarAsync(Token));
    }
}
