using System.Globalization;
using System.Reflection;
using Npgsql;

namespace Spot.PostgreSql;

/// <summary>Brings a schema to the version that this assembly knows: embedded files <c>NNNN-name.sql</c>, applied in the order of their numbers, each once.</summary>
internal static class Migrations
{
    private const long Lock = 0x53_70_6f_74_00_00_00_01; // of PostgreSQL's advisory locks: one process migrates at a time

    private static readonly (int Version, string Name)[] All =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(name => (int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name)),
    ];

    /// <summary>The version that this assembly knows.</summary>
    internal static int Latest => All[^1].Version;

    /// <summary>Sees to it that the schema is of the version that is known. One that is not there is made, an older one is brought up to date if that is allowed.</summary>
    /// <exception cref="SpotException">The schema is newer; or it is older and is not to be changed, or another program's.</exception>
    /// <exception cref="UnauthorizedAccessException">The role may not read the schema, or not change it where it has to.</exception>
    internal static async Task EnsureAsync(PostgresDatabase database, bool mayUpdate, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await CheckEncodingAsync(database, connection, cancellationToken).ConfigureAwait(false);
            if (await ReadVersionAsync(database, connection, cancellationToken).ConfigureAwait(false) != Latest)
            {
                await UpdateAsync(database, connection, mayUpdate, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw database.Denied(exception);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateFunction or PostgresErrorCodes.DuplicateObject)
        {
            throw new SpotException($"{database.Place}: found things of another program ({exception.MessageText}), expected an empty schema or one of Spot's. Nothing was changed: name another schema.", exception);
        }
    }

    private static async Task UpdateAsync(PostgresDatabase database, NpgsqlConnection connection, bool mayUpdate, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({Lock})", cancellationToken).ConfigureAwait(false);
        int version = await ReadVersionAsync(database, connection, cancellationToken).ConfigureAwait(false); // perhaps another one was faster
        if (version > Latest || (version is > 0 && version < Latest && !mayUpdate))
        {
            throw new SpotException(
                $"{database.Place}: found a schema of version {version}, expected {Latest}. " +
                (version > Latest ? "Use the version of Spot that wrote it, or a newer one." : "Once no older version of Spot uses it, update it with PostgreSqlSchema.MigrateAsync."));
        }

        if (version == 0)
        {
            await CreateAsync(database, connection, cancellationToken).ConfigureAwait(false);
        }

        foreach ((int number, string name) in All.Where(migration => migration.Version > version))
        {
            await ExecuteAsync(connection, database.Sql(Read(name)), cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, database.Sql($"insert into {{schema}}.migrations (version, name) values ({number}, '{name}')"), cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    // Where the schema is there already no right to make one is needed.
    private static async Task CreateAsync(PostgresDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand there = new($"select exists (select from pg_namespace where nspname = '{database.Schema}')", connection);
        if (await there.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is false)
        {
            await ExecuteAsync(connection, database.Sql("create schema {schema}"), cancellationToken).ConfigureAwait(false);
        }

        await ExecuteAsync(
            connection, database.Sql("create table {schema}.migrations (version integer primary key, name text not null, applied timestamptz not null default now())"), cancellationToken).ConfigureAwait(false);
    }

    // 0 where there is none.
    private static async Task<int> ReadVersionAsync(PostgresDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand there = new($"select exists (select from pg_tables where schemaname = '{database.Schema}' and tablename = 'migrations')", connection);
        if (await there.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is false)
        {
            return 0;
        }

        try
        {
            await using NpgsqlCommand version = new(database.Sql("select coalesce(max(version), 0) from {schema}.migrations where name is not null"), connection);
            return (int)(await version.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedColumn)
        {
            throw new SpotException($"{database.Place}: found a table 'migrations' of another program, expected an empty schema or one of Spot's. Nothing was changed: name another schema.", exception);
        }
    }

    private static async Task CheckEncodingAsync(PostgresDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new("show server_encoding", connection);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string encoding && encoding != "UTF8")
        {
            throw new SpotException($"{database.Place}: found the encoding {encoding}, expected UTF8, in which all texts can be kept. Make the database with encoding 'UTF8'.");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
