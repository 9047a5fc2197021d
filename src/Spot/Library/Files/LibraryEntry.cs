namespace Spot.Library;

/// <summary>A usable record as its sidecar describes it.</summary>
internal sealed record LibraryEntry(PromptInfo Info, string Payload, string Sha256);
