namespace Spot;

/// <summary>A point at which the weaker of several runs are dropped.</summary>
/// <param name="Step">The step after which it is, a multiple of <see cref="TuningOptions.EvaluateEvery"/>.</param>
/// <param name="Keep">How many runs go on, at least 1: those with the best validation score so far, the earlier start of equals.</param>
public readonly record struct TuningRound(int Step, int Keep);
