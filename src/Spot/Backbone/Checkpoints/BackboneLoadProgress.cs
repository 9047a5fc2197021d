namespace Spot.Backbone;

/// <summary>How far the loading of a backbone is.</summary>
/// <param name="BytesRead">Bytes of the tensors that are loaded; 0 before the first.</param>
/// <param name="BytesTotal">Bytes of all tensors, as they are stored.</param>
public readonly record struct BackboneLoadProgress(long BytesRead, long BytesTotal);
