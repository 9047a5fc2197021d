using Microsoft.Extensions.Logging;
using Npgsql;
using Spot;
using Spot.PostgreSql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts what Spot keeps into PostgreSQL.</summary>
public static class PostgreSqlBuilderExtensions
{
    /// <summary>Registers a <see cref="PostgreSqlPromptLibrary"/> as the registration's <see cref="IPromptLibrary"/>, in place of the one in a folder: <see cref="SpotOptions.LibraryPath"/> is not used.</summary>
    /// <remarks>Opened when it is first asked for, and disposed of by the container with its connections.</remarks>
    /// <param name="builder">What <c>AddSpot</c> or <c>AddKeyedSpot</c> returned.</param>
    /// <param name="connectionString">As Npgsql has it, for example <c>Host=db;Database=prompts;Username=spot;SSL Mode=VerifyFull</c>.</param>
    /// <param name="schema">The schema; one library to a schema.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The connection string or the schema's name is not allowed.</exception>
    public static ISpotBuilder AddPostgreSqlLibrary(this ISpotBuilder builder, string connectionString, string schema = PostgresDatabase.DefaultSchema)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        _ = new NpgsqlConnectionStringBuilder(connectionString); // a mistake shows now
        return Add(builder, provider => new NpgsqlDataSourceBuilder(connectionString).UseLoggerFactory(provider.GetService<ILoggerFactory>()).Build(), isOwned: true, schema);
    }

    /// <summary>As the other, on a data source of the application's own, which is not disposed of: for certificates, changing passwords or telemetry.</summary>
    /// <param name="builder">What <c>AddSpot</c> or <c>AddKeyedSpot</c> returned.</param>
    /// <param name="source">Gets the data source when the library is first asked for.</param>
    /// <param name="schema">The schema; one library to a schema.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The schema's name is not allowed.</exception>
    public static ISpotBuilder AddPostgreSqlLibrary(this ISpotBuilder builder, Func<IServiceProvider, NpgsqlDataSource> source, string schema = PostgresDatabase.DefaultSchema)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Add(builder, source, isOwned: false, schema);
    }

    private static ISpotBuilder Add(ISpotBuilder builder, Func<IServiceProvider, NpgsqlDataSource> source, bool isOwned, string schema)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PostgresDatabase.CheckName(schema);
        string? key = builder.ServiceKey;
        foreach (ServiceDescriptor other in builder.Services.Where(service => service.ServiceType == typeof(IPromptLibrary) && Equals(service.ServiceKey, key)).ToArray())
        {
            builder.Services.Remove(other);
        }

        builder.Services.Add(ServiceDescriptor.KeyedSingleton<IPromptLibrary>(key, (provider, _) => Open(provider, source(provider), isOwned, schema)));
        return builder;
    }

    // Containers make services without waiting.
    private static PostgreSqlPromptLibrary Open(IServiceProvider provider, NpgsqlDataSource source, bool isOwned, string schema)
    {
        try
        {
            ILogger? logger = provider.GetService<ILogger<PostgreSqlPromptLibrary>>();
            return Task.Run(() => PostgreSqlPromptLibrary.OpenAsync(new PostgresDatabase(source, schema), null, logger, isOwned ? source : null, CancellationToken.None)).GetAwaiter().GetResult();
        }
        catch when (isOwned)
        {
            source.Dispose();
            throw;
        }
    }
}
