namespace Spot.PostgreSql;

/// <summary>A step from one version of the schema to the next.</summary>
/// <param name="Version">The version that it leads to.</param>
/// <param name="Name">The name of its file.</param>
/// <param name="Sql">What it does, with <c>{schema}</c> for the schema's name.</param>
internal sealed record Migration(int Version, string Name, string Sql);
