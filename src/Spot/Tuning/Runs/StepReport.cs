namespace Spot.Tuning;

/// <summary>What a step did.</summary>
/// <param name="Step">Steps done, this one included.</param>
/// <param name="Loss">Mean cross-entropy per target token, in nats.</param>
/// <param name="GradientNorm">The gradient's norm over all numbers, before clipping.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="Examples">The batch's examples.</param>
/// <param name="Duration">Its time.</param>
internal readonly record struct StepReport(int Step, double Loss, double GradientNorm, double Rate, int Examples, TimeSpan Duration);
