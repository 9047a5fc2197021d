using Npgsql;
using Spot.Backbone;

namespace Spot.PostgreSql;

/// <summary>A study's row in <c>studies</c>.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Backbone">What computes; null where nobody has yet.</param>
internal sealed record StudyRow(int Id, BackboneIdentity? Backbone)
{
    /// <summary>Makes the row if need be, and says what computes where nobody has yet.</summary>
    /// <returns>Null where there is none and nothing was made.</returns>
    internal static Task<StudyRow?> OpenAsync(PostgresDatabase database, string name, BackboneIdentity? backbone, CancellationToken cancellationToken) => Transient.RetryAsync(
        async () =>
        {
            if (backbone is not null)
            {
                await using NpgsqlCommand write = database.Source.CreateCommand(database.Sql(
                    "insert into {schema}.studies (name, backbone, precision, device) values ($1, $2, $3, $4) on conflict (name) do update " +
                    "set (backbone, precision, device) = (excluded.backbone, excluded.precision, excluded.device) where studies.backbone is null"));
                Array.ForEach([name, backbone.Fingerprint, backbone.Precision.ToString(), backbone.DeviceType], text => write.Parameters.AddWithValue(text));
                await write.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await using NpgsqlCommand read = database.Source.CreateCommand(database.Sql("select id, backbone, precision, device from {schema}.studies where name = $1"));
            read.Parameters.AddWithValue(name);
            await using NpgsqlDataReader reader = await read.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return !await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? null
                : new StudyRow(reader.GetInt32(0), reader.IsDBNull(1) ? null : new BackboneIdentity(reader.GetString(1), Enum.Parse<BackbonePrecision>(reader.GetString(2)), reader.GetString(3)));
        },
        cancellationToken);
}
