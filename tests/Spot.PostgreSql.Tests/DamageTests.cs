using Npgsql;
using Spot.Library;
using Spot.Tests;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

/// <summary>Rows that were changed by other hands than Spot's.</summary>
public class DamageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("keys = set_byte(keys, 9, get_byte(keys, 9) # 1)", "keys")]
    [InlineData("keys = substr(keys, 2)", "bytes of keys")]
    [InlineData("keys = ''", "0 bytes of keys")]
    [InlineData("keys = null", "no bytes of keys")]
    [InlineData("keys_sha256 = null", "keys with the hash")]
    [InlineData("keys_sha256 = 'garbage'", "keys with the hash")]
    [InlineData("sidecar = '[]'", "no valid description")]
    [InlineData("sidecar = '{}'", "no valid description")]
    [InlineData("sidecar = '\"\\u0000\"'", "no valid description")]
    [InlineData("sidecar = repeat('[', 3000)::json", null)]
    [InlineData("sidecar = replace(sidecar::text, '\"id\": \"b\"', '\"id\": \"c\"')::json", "the id 'c'")]
    [InlineData("sidecar = replace(sidecar::text, '\"dim\": 8', '\"dim\": 9')::json", "width 9")]
    [InlineData("sidecar = replace(sidecar::text, '\"dim\": 8', '\"dim\": -8')::json", "-8")]
    [InlineData("sidecar = replace(sidecar::text, 'backbone-one', 'backbone-two')::json", "backbone-two")]
    [InlineData("sidecar = replace(sidecar::text, '\"embeddingStep\": 100', '\"embeddingStep\": 101')::json", "keys with the hash")]
    [InlineData("sidecar = replace(sidecar::text, '\"embeddingStep\": 100', '\"embeddingStep\": null')::json", "keys")]
    [InlineData("sidecar = replace(sidecar::text, '\"sha256\": \"', '\"sha256\": \"0')::json", "sha256")]
    [InlineData("sidecar = (select sidecar from spot.prompts where id = 'a')", "the id 'a'")]
    [InlineData("keys = (select keys from spot.prompts where id = 'a'), keys_sha256 = (select keys_sha256 from spot.prompts where id = 'a')", "keys with the hash")]
    [InlineData("id = 'b2'", "the id 'b', expected 'b2'")]
    public async Task A_record_that_contradicts_itself_is_set_aside_and_told_of(string change, string? told)
    {
        await using DatabasePlace place = await FilledAsync();
        PostgreSqlPromptLibrary before = await place.OpenDatabaseAsync();
        Assert.Equal(3, (await before.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
        try
        {
            await place.ExecuteAsync($"update spot.prompts set {change} where id = 'b'");
        }
        catch (PostgresException exception) when (told is null)
        {
            Assert.NotNull(exception); // PostgreSQL itself refuses it
            return;
        }

        string id = change == "id = 'b2'" ? "b2" : "b";
        await before.RefreshAsync(Token);
        foreach (PostgreSqlPromptLibrary library in new[] { before, await place.OpenDatabaseAsync() })
        {
            Assert.Equal(["a", "c"], (await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Select(match => match.Info.Id).Order(StringComparer.Ordinal));
            LibraryProblem problem = Assert.Single(library.Problems);
            Assert.Equal($"{place.Location}/{id}", problem.Path);
            Assert.Contains(told!, problem.Message, StringComparison.Ordinal);
        }

        // Nothing was put right behind the user's back; a record that is added again is whole.
        string[] left = id == "b" ? ["a", "b", "c"] : ["a", "b2", "c"];
        Assert.Equal(left, (await place.ReadAsync<string[]>("select array_agg(id order by id) from spot.prompts")));
        await before.AddAsync(Samples.Record("b"), replace: true, Token);
        Assert.Equal(3, (await before.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
        Samples.AssertEqual(Samples.Record("b"), await before.GetAsync("b", Token));
        Assert.Equal(id == "b" ? 0 : 1, before.Problems.Count);
    }

    [Theory]
    [InlineData("payload = set_byte(payload, 99, get_byte(payload, 99) # 1)")]
    [InlineData("payload = ''")]
    [InlineData("payload = (select payload from spot.prompts where id = 'a')")]
    public async Task Numbers_that_are_not_those_that_were_written_are_an_error(string change)
    {
        await using DatabasePlace place = await FilledAsync();
        PostgreSqlPromptLibrary library = await place.OpenDatabaseAsync();
        await place.ExecuteAsync($"update spot.prompts set {change} where id = 'b'");
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => library.GetAsync("b", Token));
        Assert.All([$"{place.Location}/b", "SHA-256"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        using TempFolder folder = new();
        string archive = Path.Combine(folder.Path, "archive.zip");
        await Assert.ThrowsAsync<InvalidDataException>(() => library.ExportAsync(archive, Token));
        Assert.False(File.Exists(archive));
        Samples.AssertEqual(Samples.Record("a"), await library.GetAsync("a", Token));
    }

    [Fact]
    public async Task What_a_person_changes_well_is_as_if_Spot_had()
    {
        await using DatabasePlace place = await FilledAsync();
        PostgreSqlPromptLibrary library = await place.OpenDatabaseAsync();
        Assert.Equal(3, (await library.SearchAsync(Samples.Query("q"), new() { K = 9 }, Token)).Count);
        await place.ExecuteAsync("update spot.prompts set sidecar = replace(sidecar::text, 'CC BY 4.0', 'CC0')::json where id = 'b'");
        await library.RefreshAsync(Token);
        Assert.Equal(["b"], (await library.SearchAsync(Samples.Query("q"), new() { K = 9, Filter = info => info.License == "CC0" }, Token)).Select(match => match.Info.Id));
        Assert.Equal("CC0", (await library.GetAsync("b", Token))!.Info.License);
        Assert.Equal("task of b", await place.ReadAsync<string>("select sidecar ->> 'task' from spot.prompts where id = 'b'")); // what docs/scale-out.md asks of it
    }

    [Theory]
    [InlineData("update spot.prompts set backbone = 'two' where id = 'b'", "SP001")]
    [InlineData("update spot.prompts set dim = 9 where id = 'b'", "SP002")]
    [InlineData("update spot.prompts set id = 'A' where id = 'b'", PostgresErrorCodes.UniqueViolation)]
    [InlineData("update spot.prompts set id = '../b' where id = 'b'", PostgresErrorCodes.CheckViolation)]
    [InlineData("update spot.prompts set payload = null where id = 'b'", PostgresErrorCodes.NotNullViolation)]
    [InlineData("insert into spot.library values (default, 'two', 1, 1)", PostgresErrorCodes.UniqueViolation)]
    [InlineData("truncate spot.prompts", PostgresErrorCodes.RaiseException)]
    public async Task What_the_schema_can_refuse_it_does(string sql, string state)
    {
        await using DatabasePlace place = await FilledAsync();
        Assert.Equal(state, (await Assert.ThrowsAsync<PostgresException>(() => place.ExecuteAsync(sql))).SqlState);
    }

    [Theory]
    [InlineData("alter table spot.prompts drop column keys cascade")]
    [InlineData("alter table spot.prompts rename to prompts_old")]
    [InlineData("delete from spot.library")]
    [InlineData("drop schema spot cascade")]
    public async Task Tables_that_were_changed_by_hand_are_a_clear_error(string sql)
    {
        await using DatabasePlace place = await FilledAsync();
        PostgreSqlPromptLibrary library = await place.OpenDatabaseAsync();
        await place.ExecuteAsync(sql);
        foreach (Func<Task> call in new Func<Task>[] { () => library.SearchAsync(Samples.Query("q"), cancellationToken: Token), () => library.AddAsync(Samples.Record("y"), cancellationToken: Token) })
        {
            Assert.Contains(place.Location, (await Assert.ThrowsAsync<SpotException>(call)).Message, StringComparison.Ordinal);
        }
    }

    private static async Task<DatabasePlace> FilledAsync()
    {
        DatabasePlace place = await DatabasePlace.CreateAsync();
        IPromptLibrary library = await place.OpenAsync();
        foreach (string id in (string[])["a", "b", "c"])
        {
            await library.AddAsync(Samples.Record(id), cancellationToken: Token);
        }

        return place;
    }
}
