using System.Collections.Immutable;

namespace Spot.Library;

/// <summary>What is known of a folder at one moment; replaced as a whole.</summary>
/// <param name="Backbone">The fingerprint of the backbone; null while nothing was ever added.</param>
/// <param name="Entries">The usable records by id.</param>
/// <param name="Damaged">What is wrong with the records that cannot be used, by id.</param>
/// <param name="Others">What is wrong with other files.</param>
internal sealed record LibraryState(
    string? Backbone,
    ImmutableSortedDictionary<string, LibraryEntry> Entries,
    ImmutableSortedDictionary<string, LibraryProblem> Damaged,
    ImmutableArray<LibraryProblem> Others)
{
    /// <summary>The id that is taken when case does not count; null when the id is free.</summary>
    internal string? FindTaken(string id) =>
        Entries.ContainsKey(id) || Damaged.ContainsKey(id)
            ? id
            : Entries.Keys.Concat(Damaged.Keys).FirstOrDefault(taken => taken.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The state after a record was written.</summary>
    internal LibraryState With(LibraryEntry entry) => this with
    {
        Backbone = entry.Info.Backbone,
        Entries = Entries.SetItem(entry.Info.Id, entry),
        Damaged = Damaged.Remove(entry.Info.Id),
    };

    /// <summary>The state after a record was removed.</summary>
    internal LibraryState Without(string id) => this with { Entries = Entries.Remove(id), Damaged = Damaged.Remove(id) };

    /// <summary>The state after a record turned out to be damaged.</summary>
    internal LibraryState WithDamage(string id, LibraryProblem problem) => this with
    {
        Entries = Entries.Remove(id),
        Damaged = Damaged.SetItem(id, problem),
    };
}
