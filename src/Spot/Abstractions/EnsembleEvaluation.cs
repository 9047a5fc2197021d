namespace Spot;

/// <summary>How good several prompts are on the same examples, each by itself and all together.</summary>
/// <param name="Prompts">The evaluation of each prompt, in the order given.</param>
/// <param name="Vote">The evaluation of the majority's answers; see <c>Spot.Tasks.PromptEnsemble</c>.</param>
public sealed record EnsembleEvaluation(IReadOnlyList<TuningEvaluation> Prompts, TuningEvaluation Vote);
