using Spot.Tokenization;

namespace Spot.Inference;

/// <summary>Texts that a model is to write, as token ids.</summary>
internal static class Targets
{
    /// <summary>The ids of answers, with end of sequence.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">The answers.</param>
    /// <param name="what">What one is called in errors.</param>
    /// <exception cref="ArgumentException">There is none, or the model cannot write one of them.</exception>
    public static int[][] Of(T5Tokenizer tokenizer, IReadOnlyList<string> texts, string what)
    {
        if (texts.Count == 0)
        {
            throw new ArgumentException($"Found no {what}, expected at least one.");
        }

        int[][] ids = [.. texts.Select(text => Encode(tokenizer, text, what))];
        int unknown = Array.FindIndex(ids, of => of.Contains(tokenizer.UnknownId));
        return unknown < 0 ? ids : throw new ArgumentException(
            $"The {what} '{texts[unknown]}' has characters that the model's vocabulary lacks, so that the model cannot write it. Spell it otherwise.");
    }

    /// <summary>The ids of labels, with end of sequence.</summary>
    /// <exception cref="ArgumentException">There are fewer than two, or two are the same to the model.</exception>
    public static int[][] OfLabels(T5Tokenizer tokenizer, IReadOnlyList<string> labels)
    {
        if (labels.Count < 2)
        {
            throw new ArgumentException(
                $"Found {labels.Count} labels, expected at least two to choose among. A prompt that was tuned on a task with labels brings them; otherwise name them in PromptRequest.Labels.");
        }

        int[][] ids = [.. labels.Select(label => Encode(tokenizer, label, "label"))];
        Dictionary<string, string> seen = [];
        foreach ((int i, string label) in labels.Index())
        {
            if (!seen.TryAdd(string.Join(' ', ids[i]), label))
            {
                throw new ArgumentException(
                    $"The labels '{seen[string.Join(' ', ids[i])]}' and '{label}' are the same tokens, so that the model cannot tell them apart. Rename one of them.");
            }
        }

        return ids;
    }

    private static int[] Encode(T5Tokenizer tokenizer, string text, string what)
    {
        int[] ids = string.IsNullOrEmpty(text) ? [] : tokenizer.Encode(text, int.MaxValue);
        return ids.Length > 1 ? ids : throw new ArgumentException($"Found the {what} '{text}', which has no tokens; expected a text. Leave it out.");
    }
}
