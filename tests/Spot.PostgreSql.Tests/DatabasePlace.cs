using Npgsql;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

/// <summary>A library in a database of its own.</summary>
public sealed class DatabasePlace : LibraryPlace
{
    private DatabasePlace(string connectionString) => Source = NpgsqlDataSource.Create(ConnectionString = connectionString);

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public override string Location => new PostgresDatabase(Source, PostgresDatabase.DefaultSchema).Place;

    public static async Task<DatabasePlace> CreateAsync() => new(await (await PostgresServer.GetAsync()).CreateDatabaseAsync());

    /// <summary>Runs SQL as the owner of all.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlCommand command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using NpgsqlCommand command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public override async Task AssertUntouchedAsync() => Assert.Equal(0, await ReadAsync<long>("select version + (select count(*) from spot.prompts) from spot.library"));

    public override Task RefreshAsync(IPromptLibrary library, CancellationToken cancellationToken) => ((PostgreSqlPromptLibrary)library).RefreshAsync(cancellationToken);

    public override Task<int> ExportAsync(IPromptLibrary library, string path, CancellationToken cancellationToken) =>
        ((PostgreSqlPromptLibrary)library).ExportAsync(path, cancellationToken);

    public override Task<IReadOnlyList<string>> ImportAsync(IPromptLibrary library, string path, CancellationToken cancellationToken) =>
        ((PostgreSqlPromptLibrary)library).ImportAsync(path, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Source.DisposeAsync();
    }

    /// <summary>Opens the library once more, as what it is.</summary>
    public async Task<PostgreSqlPromptLibrary> OpenDatabaseAsync() => (PostgreSqlPromptLibrary)await OpenAsync();

    protected override async Task<IPromptLibrary> OpenNewAsync(string? backbone) =>
        await PostgreSqlPromptLibrary.OpenAsync(Source, backboneFingerprint: backbone, cancellationToken: TestContext.Current.CancellationToken);
}
