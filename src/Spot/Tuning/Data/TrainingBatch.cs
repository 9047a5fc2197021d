namespace Spot.Tuning;

/// <summary>The examples of one step.</summary>
/// <param name="Examples">As ids.</param>
/// <param name="Sources">What they were made of, in the same order.</param>
internal sealed record TrainingBatch(EncodedExample[] Examples, TextExample[] Sources);
