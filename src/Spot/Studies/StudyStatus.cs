namespace Spot.Studies;

/// <summary>How far a study is.</summary>
/// <param name="Done">Units that are done, of all shards.</param>
/// <param name="Total">Units of all shards.</param>
/// <param name="Left">Units of this shard that are not done. They need prompts that other shards make: run this one again when those are done and merged.</param>
public sealed record StudyStatus(int Done, int Total, int Left);
