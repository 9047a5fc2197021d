namespace Spot.Pretraining;

/// <summary>
/// A row of a prompt that belongs to one training example and is composed of embeddings: that of a label, mixed with those of words that hint at
/// what the label stands for.
/// </summary>
/// <remarks>
/// For training models that prompts are to steer. A soft prompt that is tuned starts at its labels' embeddings and moves toward what tells the
/// classes apart; composed rows look like it at any point of that way, and every example can have others, so that a model cannot learn the
/// classes by heart but must read them from the rows.
/// </remarks>
/// <param name="Label">A label or any word; the row's main part is the mean of its tokens' embeddings, as for <see cref="PromptInitialization.ClassLabels"/>.</param>
/// <param name="Hints">Words that are mixed in; none if empty.</param>
/// <param name="HintWeight">
/// How large the hints' part is beside the label's, finite and at least 0: the row is (label + w · Σ hints / √n) / √(1 + w²) over the n tokens of the hints.
/// </param>
public sealed record ComposedRow(string Label, string Hints = "", double HintWeight = 1);
