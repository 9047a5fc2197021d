namespace Spot.Tuning;

/// <summary>The files that a trial wrote, in bytes.</summary>
/// <param name="Steps">The steps that it did.</param>
/// <param name="Checkpoint">The checkpoint, with the losses of these steps, one evaluation and the best prompt, without the early one.</param>
/// <param name="Values">The numbers that are trained, once.</param>
/// <param name="Evaluation">An evaluation in the checkpoint.</param>
/// <param name="StepLine">A step in the history.</param>
/// <param name="EvaluationLine">An evaluation in the history.</param>
/// <param name="Kept">A checkpoint that is kept.</param>
internal readonly record struct TrialFiles(int Steps, long Checkpoint, long Values, long Evaluation, long StepLine, long EvaluationLine, long Kept);
