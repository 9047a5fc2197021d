using System.Globalization;
using System.Reflection;
using Npgsql;

namespace Spot.PostgreSql;

/// <summary>Brings a schema to the version that this assembly knows: embedded files <c>NNNN-name.sql</c>, applied in the order of their numbers, each once.</summary>
internal static class Migrations
{
    private const long Lock = 0x53_70_6f_74_00_00_00_01; // of PostgreSQL's advisory locks: one process migrates at a time

    /// <summary>All that this assembly knows, in their order.</summary>
    internal static IReadOnlyList<Migration> All { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(name => new Migration(int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, Read(name))),
    ];

    /// <summary>The version that this assembly knows.</summary>
    internal static int Latest => All[^1].Version;

    /// <summary>Sees to it that the schema is of the version that is known. One that is not there is made, an older one is brought up to date if that is allowed.</summary>
    /// <param name="database">The schema.</param>
    /// <param name="mayUpdate">Whether an older one is brought up to date.</param>
    /// <param name="cancellationToken">Ends it; then nothing has changed.</param>
    /// <param name="migrations">What is known; null for all of this assembly.</param>
    /// <exception cref="SpotException">The schema is newer; or it is older and is not to be changed, or another program's.</exception>
    /// <exception cref="UnauthorizedAccessException">The role may not read the schema, or not change it where it has to.</exception>
    internal static async Task EnsureAsync(PostgresDatabase database, bool mayUpdate, CancellationToken cancellationToken, IReadOnlyList<Migration>? migrations = null)
    {
        migrations ??= All;
        try
        {
            await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await CheckEncodingAsync(database, connection, cancellationToken).ConfigureAwait(false);
            if (await ReadVersionAsync(database, connection, cancellationToken).ConfigureAwait(false) != migrations[^1].Version)
            {
                await UpdateAsync(database, connection, migrations, mayUpdate, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException exception) when (DatabaseError.Translate(exception, database) is Exception clear)
        {
            throw clear;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateFunction or PostgresErrorCodes.DuplicateObject)
        {
            throw new SpotException($"'{database.Place}': found things of another program ({exception.MessageText}), expected an empty schema or one of Spot's. Nothing was changed: name another schema.", exception);
        }
    }

    private static async Task UpdateAsync(PostgresDatabase database, NpgsqlConnection connection, IReadOnlyList<Migration> migrations, bool mayUpdate, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({Lock})", cancellationToken).ConfigureAwait(false);
        int version = await ReadVersionAsync(database, connection, cancellationToken).ConfigureAwait(false); // perhaps another one was faster
        int latest = migrations[^1].Version;
        if (version > latest || (version > 0 && version < latest && !mayUpdate))
        {
            throw new SpotException(
                $"'{database.Place}': found a schema of version {version}, expected {latest}. " +
                (version > latest ? "Use the version of Spot that wrote it, or a newer one." : "Once no older version of Spot uses it, update it with PostgreSqlSchema.MigrateAsync."));
        }

        if (version == 0)
        {
            await CreateAsync(database, connection, cancellationToken).ConfigureAwait(false);
        }

        foreach (Migration migration in migrations.Where(migration => migration.Version > version))
        {
            await ExecuteAsync(connection, database.Sql(migration.Sql), cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(
                connection, database.Sql($"insert into {{schema}}.migrations (version, name) values ({migration.Version}, '{migration.Name}')"), cancellationToken).ConfigureAwait(false);
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
            throw new SpotException($"'{database.Place}': found a table 'migrations' of another program, expected an empty schema or one of Spot's. Nothing was changed: name another schema.", exception);
        }
    }

    private static async Task CheckEncodingAsync(PostgresDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new("show server_encoding", connection);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string encoding && encoding != "UTF8")
        {
            throw new SpotException($"'{database.Place}': found the encoding {encoding}, expected UTF8, in which all texts can be kept. Make the database with encoding 'UTF8'.");
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
