namespace Spot.Samples.TransferStudy;

/// <summary>A task of a planted world.</summary>
/// <param name="Task">Its rows, with the teacher's answers as labels; its family is its cluster.</param>
/// <param name="Teacher">The prompt that gave the answers.</param>
/// <param name="Distance">How far the teacher is from its cluster's centre, in units of the centre's size.</param>
internal sealed record PlantedTask(TextTask Task, SoftPrompt Teacher, double Distance);
