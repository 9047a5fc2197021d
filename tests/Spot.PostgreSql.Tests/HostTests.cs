using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Spot.Library;
using Spot.Tests;
using Spot.Tests.Library;

namespace Spot.PostgreSql.Tests;

public class HostTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_has_the_library_in_place_of_the_folder_and_disposes_of_it()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        using TempFolder folder = new();
        ServiceCollection services = new();
        services.AddSpot(spot => spot.LibraryPath = folder.Path).AddPostgreSqlLibrary(place.ConnectionString);
        services.AddSpot(); // a second call adds its settings alone
        IPromptLibrary library;
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            library = Assert.Single(provider.GetServices<IPromptLibrary>());
            Assert.Equal(place.Location, Assert.IsType<PostgreSqlPromptLibrary>(library).Location);
            await library.AddAsync(Samples.Record("x"), cancellationToken: Token);
            Assert.Single(await library.SearchAsync(Samples.Query("q"), cancellationToken: Token));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => library.GetAsync("x", Token));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Samples.AssertEqual(Samples.Record("x"), await (await place.OpenAsync()).GetAsync("x", Token));
    }

    [Fact]
    public async Task Each_key_has_its_schema_and_a_data_source_that_is_given_stays_the_givers()
    {
        await using DatabasePlace place = await DatabasePlace.CreateAsync();
        using TempFolder folder = new();
        ServiceCollection services = new();
        services.AddSpot(spot => spot.LibraryPath = folder.Path);
        services.AddKeyedSpot("one").AddPostgreSqlLibrary(_ => place.Source, "one");
        services.AddKeyedSpot("two").AddPostgreSqlLibrary(place.ConnectionString, "two");
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            Assert.IsType<PromptLibrary>(provider.GetRequiredService<IPromptLibrary>());
            await provider.GetRequiredKeyedService<IPromptLibrary>("one").AddAsync(Samples.Record("x"), cancellationToken: Token);
            await provider.GetRequiredKeyedService<IPromptLibrary>("two").AddAsync(Samples.Record("x", backbone: "two"), cancellationToken: Token);
        }

        Assert.Equal(1, await place.ReadAsync<long>("select count(*) from one.prompts where backbone = 'backbone-one'"));
        Assert.Equal(1, await place.ReadAsync<long>("select count(*) from two.prompts where backbone = 'two'"));
    }

    [Fact]
    public void Mistakes_show_when_a_host_is_composed()
    {
        ISpotBuilder builder = new ServiceCollection().AddSpot();
        Assert.Throws<ArgumentException>(() => builder.AddPostgreSqlLibrary("Hots=db"));
        Assert.Throws<ArgumentException>(() => builder.AddPostgreSqlLibrary(" "));
        Assert.Throws<ArgumentException>(() => builder.AddPostgreSqlLibrary("Host=db", "No Schema"));
    }

    [Fact]
    public async Task A_database_that_is_away_is_the_databases_own_error()
    {
        ServiceCollection services = new();
        services.AddSpot().AddPostgreSqlLibrary("Host=127.0.0.1;Port=1;Timeout=2");
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Throws<NpgsqlException>(provider.GetRequiredService<IPromptLibrary>);
    }
}
