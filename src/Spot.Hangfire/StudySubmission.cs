namespace Spot.Hangfire;

/// <summary>A study that was submitted, for a worker to make its plan of.</summary>
/// <param name="Study">The study's name.</param>
/// <param name="Description">What <see cref="StudyClient.SubmitAsync"/> was given: data of the application's own, such as the names of the tasks.</param>
public sealed record StudySubmission(string Study, string Description);
