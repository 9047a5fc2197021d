using System.Collections.Immutable;

namespace Spot.Library;

/// <summary>What is known of a folder at one moment; replaced as a whole.</summary>
/// <param name="Backbone">The fingerprint of the backbone; null while nothing was ever added.</param>
/// <param name="Dim">The width; null while there are no records.</param>
/// <param name="Entries">The usable records by id, which differ not only by case; null where the index alone was read.</param>
/// <param name="Damaged">What is wrong with the records that cannot be used, by id.</param>
/// <param name="Others">What is wrong with other files.</param>
/// <param name="Stamp">The folder's time stamp before it was read, if nothing was wrong with it and nothing but Spot changed it since; else <see cref="IndexHead.NoStamp"/>.</param>
/// <param name="View">The keys of the records; null while they are not known to be complete.</param>
internal sealed record LibraryState(
    string? Backbone,
    int? Dim,
    ImmutableDictionary<string, LibraryEntry>? Entries,
    ImmutableSortedDictionary<string, LibraryProblem> Damaged,
    ImmutableArray<LibraryProblem> Others,
    long Stamp,
    KeySnapshot? View)
{
    /// <summary>Whether nothing is there, and so nothing is missing in an empty index.</summary>
    internal bool IsEmpty => Entries is { IsEmpty: true } && Damaged.IsEmpty && Stamp != IndexHead.NoStamp;

    /// <summary>The id that is taken when case does not count, as far as this state knows; null when the id is free.</summary>
    internal string? FindTaken(string id) =>
        Damaged.ContainsKey(id) ? id
        : Entries is not null && Entries.TryGetKey(id, out string? taken) ? taken
        : Damaged.Keys.FirstOrDefault(damaged => damaged.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Files that may be payloads of an id and serve nothing.</summary>
    internal IEnumerable<string> Leftovers(string id) =>
        Others.Select(problem => Path.GetFileName(problem.Path)).Where(file => PromptId.IsPayload(id, file));

    /// <summary>The state after a record was written.</summary>
    internal LibraryState With(LibraryEntry entry) => this with
    {
        Backbone = entry.Info.BackboneFingerprint,
        Dim = entry.Info.Dim,
        Entries = Entries?.Remove(entry.Info.Id).Add(entry.Info.Id, entry),
        Damaged = Damaged.Remove(entry.Info.Id),
    };

    /// <summary>The state after a record was removed.</summary>
    internal LibraryState Without(string id) => this with { Entries = Entries?.Remove(id), Damaged = Damaged.Remove(id) };

    /// <summary>The state after a record turned out to be damaged.</summary>
    internal LibraryState WithDamage(string id, LibraryProblem problem) => this with
    {
        Entries = Entries?.Remove(id),
        Damaged = Damaged.SetItem(id, problem),
        Stamp = IndexHead.NoStamp,
    };
}
