using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>The keys of all prompts at one moment.</summary>
/// <param name="View">The keys; null while there are no prompts.</param>
/// <param name="Version">The library's version at this moment.</param>
internal sealed record CopiedKeys(KeySnapshot? View, LibraryVersion Version);
