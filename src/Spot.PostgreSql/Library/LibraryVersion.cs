using Npgsql;

namespace Spot.PostgreSql;

/// <summary>The one row of the table <c>library</c>.</summary>
/// <param name="Backbone">The fingerprint of the backbone; null while nothing was ever added.</param>
/// <param name="Dim">The width; null while there are no prompts.</param>
/// <param name="Number">One more with every change; changes become visible in this order.</param>
internal sealed record LibraryVersion(string? Backbone, int? Dim, long Number)
{
    internal const string Query = "select backbone, case when exists (select from {schema}.prompts) then dim end, version from {schema}.library";

    /// <exception cref="SpotException">There is no such row.</exception>
    internal static async Task<LibraryVersion> ReadAsync(NpgsqlCommand command, string place, CancellationToken cancellationToken)
    {
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new LibraryVersion(reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.GetInt64(2))
            : throw new SpotException($"'{place}': found no row in the table 'library', expected one. It was removed by hand: restore the database.");
    }
}
