namespace Spot.AspNetCore;

/// <summary>Metadata of an endpoint: its operation by the names of OpenTelemetry's conventions, and ours where they have none.</summary>
internal sealed record GenAIOperation(string Name);
