namespace Spot;

/// <summary>How good several prompts are on the same examples, each by itself and all together.</summary>
/// <param name="Prompts">The evaluation of each prompt, in the order given.</param>
/// <param name="Vote">The evaluation of the majority's answers; see <c>Spot.Tasks.PromptEnsemble</c>.</param>
public sealed record EnsembleEvaluation(IReadOnlyList<PromptEvaluation> Prompts, PromptEvaluation Vote)
{
    /// <summary>The evaluations in one line.</summary>
    /// <returns>For example <c>vote: score 88.0, accuracy 88.0; prompts by themselves: 85.0, 86.0, 84.0</c>.</returns>
    public override string ToString() => $"vote: {Vote}; prompts by themselves: {string.Join(", ", Prompts.Select(prompt => ResultText.Score(prompt.Score)))}";
}
