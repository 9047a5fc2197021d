namespace Spot.Library;

/// <summary><c>library.json</c>: what all records of a library have in common.</summary>
internal sealed record LibraryHeader
{
    /// <summary>The version of the folder's layout.</summary>
    public required int Format { get; init; }

    /// <summary>The fingerprint of the backbone.</summary>
    public required string Backbone { get; init; }
}
