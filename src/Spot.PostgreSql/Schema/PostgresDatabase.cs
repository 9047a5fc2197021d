using System.Text.RegularExpressions;
using Npgsql;

namespace Spot.PostgreSql;

/// <summary>A schema of a database, and how errors name it.</summary>
/// <param name="source">Makes connections; its maker disposes of it.</param>
/// <param name="schema">The schema's name.</param>
internal sealed partial class PostgresDatabase(NpgsqlDataSource source, string schema)
{
    internal const string DefaultSchema = "spot";

    internal NpgsqlDataSource Source { get; } = source ?? throw new ArgumentNullException(nameof(source));

    internal string Schema { get; } = CheckName(schema);

    /// <summary>What errors say: no user, no password.</summary>
    internal string Place { get; } = Describe(source, schema);

    /// <summary>A statement with the schema's quoted name in place of <c>{schema}</c>.</summary>
    internal string Sql(string text) => text.Replace("{schema}", $"\"{Schema}\"", StringComparison.Ordinal);

    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    internal static string CheckName(string schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Allowed().IsMatch(schema) ? schema : throw new ArgumentException(
            $"Found the schema '{schema}', expected 1 to 40 of the characters a-z 0-9 _ and no digit in front. Choose another name.", nameof(schema));
    }

    private static string Describe(NpgsqlDataSource source, string schema)
    {
        NpgsqlConnectionStringBuilder parts = new(source.ConnectionString);
        return $"postgresql://{parts.Host}:{parts.Port}/{parts.Database}/{schema}";
    }

    // Short enough for the names of channels.
    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,39}\z")]
    private static partial Regex Allowed();
}
