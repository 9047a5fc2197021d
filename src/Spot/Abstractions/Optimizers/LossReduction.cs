namespace Spot;

/// <summary>What a batch's loss is divided by before its gradient goes to the optimiser.</summary>
/// <remarks>Adafactor forgets constant factors, but batches differ in tokens: the two differ by some per cent over hundreds of steps.</remarks>
public enum LossReduction
{
    /// <summary>By the batch's target tokens.</summary>
    Mean,

    /// <summary>By nothing, as the published prompts were tuned (T5X without a loss normalising factor).</summary>
    Sum,
}
