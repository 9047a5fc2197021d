using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>The ids of a document, or of a random stretch of one that is huge, so that a draw costs the same however long documents are.</summary>
internal static class DocumentTokens
{
    /// <summary>Longer documents are cut, to this many characters or as many as the window may need; T5 cuts to as many tokens.</summary>
    public const int Most = 65_536;

    private const int CharactersPerToken = 8; // More than enough: T5's vocabulary needs about 4 for English.
    private const int LongestWord = 64;

    /// <summary>Encodes a document or a stretch of it.</summary>
    /// <param name="document">The document.</param>
    /// <param name="window">How many tokens are wanted of it.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="random">Chooses the stretch; left as it is where the document is whole.</param>
    /// <returns>Ids without an end of sequence.</returns>
    public static int[] Draw(string document, int window, T5Tokenizer tokenizer, ref SplitMix64 random)
    {
        List<int> ids = [];
        tokenizer.Encode(Stretch(document, (int)Math.Clamp((long)window * CharactersPerToken, Most, int.MaxValue - 1), ref random), ids);
        return [.. ids];
    }

    /// <summary>A random stretch of at most so many characters, 128 or more, from the start of a word to the end of one where words are not endless.</summary>
    public static ReadOnlySpan<char> Stretch(string document, int most, ref SplitMix64 random)
    {
        if (document.Length <= most)
        {
            return document;
        }

        int start = random.Next(document.Length - most + 1);
        int end = start + most;
        return document.AsSpan(WordStart(document, start)..WordEnd(document, end));
    }

    private static int WordStart(string text, int at)
    {
        for (int i = at; i < at + LongestWord && at > 0; i++)
        {
            if (char.IsWhiteSpace(text[i - 1]))
            {
                return i;
            }
        }

        return at > 0 && char.IsLowSurrogate(text[at]) ? at + 1 : at;
    }

    private static int WordEnd(string text, int at)
    {
        for (int i = at; i > at - LongestWord && at < text.Length; i--)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                return i;
            }
        }

        return at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }
}
