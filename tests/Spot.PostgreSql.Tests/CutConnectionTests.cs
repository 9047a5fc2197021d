using Npgsql;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

/// <summary>Connections that end in the middle of a change.</summary>
public class CutConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_cut_off_is_there_or_not_and_never_half(bool isOfServer)
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary direct = await place.OpenDatabaseAsync();
        await direct.AddAsync(Samples.Record("old"), cancellationToken: Token);
        await using CutConnection way = new(place.ConnectionString, isOfServer);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(way.ConnectionString) { MaxPoolSize = 1, ApplicationName = "cut" }.ConnectionString);
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        int there = 0, absent = 0, acknowledged = 0;
        for (int bytes = 0, step = isOfServer ? 7 : 131; acknowledged < 3; bytes += step)
        {
            string id = $"r{bytes}";
            PromptRecord record = Samples.Record(id), other = Samples.Record("old", id);
            way.CutAfter(bytes);
            Exception? added = await Record.ExceptionAsync(() => library.AddAsync(record, cancellationToken: Token));
            way.CutAfter(bytes);
            Exception? replaced = await Record.ExceptionAsync(() => library.AddAsync(other, replace: true, Token));
            way.CutAfter(int.MaxValue);
            await EndedAsync(place, source);
            await direct.RefreshAsync(Token);
            Assert.All([added, replaced], exception => Assert.True(exception is null or NpgsqlException, exception?.ToString()));
            PromptRecord? found = await direct.GetAsync(id, Token), old = await direct.GetAsync("old", Token);
            if (found is not null)
            {
                Samples.AssertEqual(record, found);
                there++;
            }
            else
            {
                Assert.NotNull(added); // what was acknowledged is there
                absent++;
            }

            Assert.True(old!.Prompt.Values.Span.SequenceEqual(other.Prompt.Values.Span) || replaced is not null);
            Assert.Equal(there + 1, await direct.ListAsync(Token).CountAsync(Token)); // nor did a retry of somebody's add it twice
            Assert.Equal(there + 1, (await direct.SearchAsync(Samples.Query("q"), new() { K = 9999 }, Token)).Count);
            acknowledged += added is null ? 1 : 0;
        }

        Assert.NotEqual(0, absent);
        Assert.Empty(direct.Problems);
    }

    [Fact]
    public async Task An_import_that_is_cut_off_adds_nothing()
    {
        using Spot.Tests.TempFolder folder = new();
        string archive = Path.Combine(folder.Path, "archive.zip");
        await using DatabasePlace from = await DatabasePlace.CreateAsync(), to = await DatabasePlace.CreateAsync();
        PostgreSqlPromptLibrary full = await from.OpenDatabaseAsync(), direct = await to.OpenDatabaseAsync();
        foreach (int i in Enumerable.Range(0, 20))
        {
            await full.AddAsync(Samples.Record($"r{i}"), cancellationToken: Token);
        }

        await full.ExportAsync(archive, Token);
        await using CutConnection way = new(to.ConnectionString, isOfServer: false);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(way.ConnectionString) { ApplicationName = "cut" }.ConnectionString);
        using PostgreSqlPromptLibrary library = await PostgreSqlPromptLibrary.OpenAsync(source, cancellationToken: Token);
        for (int bytes = 0; bytes < 20_000; bytes += 1_000)
        {
            way.CutAfter(bytes);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => library.ImportAsync(archive, Token));
            way.CutAfter(int.MaxValue);
            await EndedAsync(to, source);
            await direct.RefreshAsync(Token);
            Assert.Empty(await direct.ListAsync(Token).ToListAsync(Token));
            Assert.Empty(await direct.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        }

        Assert.Equal(20, (await library.ImportAsync(archive, Token)).Count);
    }

    // A server that has read the whole statement carries it out, though nobody waits for it any more.
    private static async Task EndedAsync(DatabasePlace place, NpgsqlDataSource source)
    {
        source.Clear();
        while (await place.ReadAsync<long>("select count(*) from pg_stat_activity where application_name = 'cut' and datname = current_database()") > 0)
        {
            await Task.Delay(2, Token);
        }
    }
}
