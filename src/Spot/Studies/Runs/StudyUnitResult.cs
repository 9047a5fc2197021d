namespace Spot.Studies;

/// <summary>What a unit of work gave.</summary>
/// <param name="Run">What is kept of its run.</param>
/// <param name="Prompt">The prompt that it made; null for none.</param>
internal sealed record StudyUnitResult(StudyRun Run, StudyPrompt? Prompt = null);
