namespace Spot.Tests.Library;

/// <summary>A query and the true best keys.</summary>
internal sealed record RetrievalQuery(float[] Values, int[] Ids, double[] Scores);
