using Npgsql;

namespace Spot.PostgreSql;

/// <summary>The tables of Spot in a schema of a PostgreSQL database: one schema holds one prompt library.</summary>
public static class PostgreSqlSchema
{
    /// <summary>Makes the tables, or brings those of an older version up to date: all of it or nothing, by one process at a time.</summary>
    /// <remarks>
    /// What opens a database makes the tables where there are none, and says where they are older. Updating them is asked for by this call alone, as
    /// older versions of Spot cannot use them afterwards. The role needs the right to make a schema in the database, or to make tables in one that is there.
    /// </remarks>
    /// <param name="source">Makes connections; 15 is the oldest version of PostgreSQL that was tried.</param>
    /// <param name="schema">The schema: 1 to 40 of the characters a–z 0–9 <c>_</c>, no digit in front.</param>
    /// <param name="cancellationToken">Ends it; then nothing has changed.</param>
    /// <returns>A task that ends when the tables are there.</returns>
    /// <exception cref="ArgumentException">The schema's name is not allowed.</exception>
    /// <exception cref="SpotException">The tables are of a newer version, of another program, or the database's encoding is not UTF8.</exception>
    /// <exception cref="UnauthorizedAccessException">The role lacks a right.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static Task MigrateAsync(NpgsqlDataSource source, string schema = PostgresDatabase.DefaultSchema, CancellationToken cancellationToken = default) =>
        Migrations.EnsureAsync(new PostgresDatabase(source, schema), mayUpdate: true, cancellationToken);
}
