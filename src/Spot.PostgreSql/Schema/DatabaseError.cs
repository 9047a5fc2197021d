using Npgsql;

namespace Spot.PostgreSql;

/// <summary>What errors of the database mean.</summary>
internal static class DatabaseError
{
    /// <summary>Raised where a prompt is of another backbone.</summary>
    internal const string OtherBackbone = "SP001";

    /// <summary>Raised where a prompt is of another width.</summary>
    internal const string OtherWidth = "SP002";

    /// <summary>A clear error in place of the database's; null where that is as clear.</summary>
    internal static Exception? Translate(PostgresException exception, PostgresDatabase database) => exception.SqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege => new UnauthorizedAccessException(
            $"'{database.Place}': found that the connection's role lacks a right ({exception.MessageText}), expected those that docs/scale-out.md lists. Have the schema's owner grant them.",
            exception),
        PostgresErrorCodes.ReadOnlySqlTransaction => new UnauthorizedAccessException(
            $"'{database.Place}': found a database that can only be read ({exception.MessageText}), expected one that can be changed. Connect to the primary server.", exception),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.DatatypeMismatch or PostgresErrorCodes.NoDataFound => new SpotException(
            $"'{database.Place}': found other tables than Spot made ({exception.MessageText}), expected those of its version {Migrations.Latest}. They were changed by hand or by another version: restore them, or name another schema.",
            exception),
        _ => null,
    };
}
