namespace Spot.Tasks;

/// <summary>The two scores of question answering, for one answer or averaged over many.</summary>
/// <param name="ExactMatch">Share of right answers, 0 … 100.</param>
/// <param name="F1">F1, 0 … 100; of what, the method that computes it says.</param>
public readonly record struct QuestionAnsweringScore(double ExactMatch, double F1);
