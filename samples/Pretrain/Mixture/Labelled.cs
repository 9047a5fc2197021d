namespace Spot.Samples.Pretrain.Mixture;

/// <summary>A text and the key of its class, or for pairs of texts both parts in one text.</summary>
internal readonly record struct Labelled(string Text, string Label);
