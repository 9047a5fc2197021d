namespace Spot.Statistics;

/// <summary>Two clusters becoming one. Clusters below n, the number of leaves, are leaves; merge i makes cluster n + i.</summary>
/// <param name="First">The lower id of the two.</param>
/// <param name="Second">The higher id.</param>
/// <param name="Height">Their distance.</param>
/// <param name="Size">The number of leaves of the new cluster.</param>
public readonly record struct ClusterMerge(int First, int Second, double Height, int Size);
