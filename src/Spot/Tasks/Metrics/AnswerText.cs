using System.Text;

namespace Spot.Tasks;

/// <summary>Answers as SQuAD compares them.</summary>
internal static class AnswerText
{
    /// <summary>Lower case, ASCII punctuation deleted, the words a, an and the left out, single blanks.</summary>
    /// <param name="text">An answer.</param>
    public static string Normalize(string text)
    {
        StringBuilder kept = new(text.Length);
        foreach (char c in PythonText.ToLower(text))
        {
            if (!(char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c))))
            {
                kept.Append(c);
            }
        }

        return string.Join(' ', PythonText.Split(WithoutArticles(kept.ToString())));
    }

    /// <summary>F1 of the words that two normalised texts share, each as often as both have it; 0 when either has none.</summary>
    /// <param name="answer">The right answer, normalised.</param>
    /// <param name="prediction">The prediction, normalised.</param>
    /// <returns>0 … 1.</returns>
    public static double WordF1(string answer, string prediction)
    {
        List<string> wanted = PythonText.Split(answer);
        List<string> found = PythonText.Split(prediction);
        Dictionary<string, int> left = [];
        foreach (string word in wanted)
        {
            left[word] = left.GetValueOrDefault(word) + 1;
        }

        int shared = 0;
        foreach (string word in found)
        {
            if (left.TryGetValue(word, out int count) && count > 0)
            {
                left[word] = count - 1;
                shared++;
            }
        }

        return shared == 0 ? 0 : 2.0 * shared / (wanted.Count + found.Count);
    }

    /// <summary>Puts a blank in the place of each whole word a, an, the. A word is a longest run of word characters.</summary>
    private static string WithoutArticles(string text)
    {
        StringBuilder kept = new(text.Length);
        int wordStart = -1;
        for (int at = 0; at < text.Length;)
        {
            int start = at;
            bool word = PythonText.IsWord(PythonText.Next(text, ref at));
            if (word)
            {
                wordStart = wordStart < 0 ? start : wordStart;
            }
            else
            {
                AppendWord(wordStart < 0 ? "" : text.AsSpan(wordStart..start));
                kept.Append(text, start, at - start);
                wordStart = -1;
            }
        }

        AppendWord(wordStart < 0 ? "" : text.AsSpan(wordStart));
        return kept.ToString();

        void AppendWord(ReadOnlySpan<char> word) => kept.Append(word is "a" or "an" or "the" ? " " : word);
    }
}
