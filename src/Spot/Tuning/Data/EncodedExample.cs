namespace Spot.Tuning;

/// <summary>An example as ids, cut and closed with end of sequence.</summary>
/// <param name="Input">The input.</param>
/// <param name="Target">The target.</param>
/// <param name="Task">In training the task's place in the mixture.</param>
/// <param name="Rows">The example's own prompt, if it has one.</param>
internal readonly record struct EncodedExample(int[] Input, int[] Target, int Task = 0, RowMix? Rows = null);
