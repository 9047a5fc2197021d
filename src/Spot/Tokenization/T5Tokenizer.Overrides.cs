using System.Text;
using Microsoft.ML.Tokenizers;

namespace Spot.Tokenization;

// What the base class's EncodeToIds, EncodeToTokens, CountTokens and GetIndexByTokenCount rest on. No end of sequence anywhere.
// Their limits keep whole characters only, so that the tokens and the place in the text always agree.
public sealed partial class T5Tokenizer
{
    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> all = text ?? textSpan;
        bool limited = settings.MaxTokenCount != int.MaxValue;
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            int count = Search(all, scratch, offsets: limited);
            int kept = Kept(scratch, count, settings);
            return new EncodeResults<int>
            {
                Tokens = Ids(scratch, count)[..kept].ToArray(),
                CharsConsumed = kept == count ? all.Length : Place(scratch, count, kept),
            };
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A token's offset is the stretch of the text that it comes from, in UTF-16 units; the white space before a word belongs to it, except
    /// at the start of the text. Its value is the piece or, for an unknown, the normalised characters that it stands for. Of a character
    /// that is spelled in bytes, the last byte's offset is the character and those of the others are empty, at its start.
    /// </remarks>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> all = text ?? textSpan;
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            int count = Search(all, scratch, offsets: true);
            EncodedToken[] tokens = new EncodedToken[Kept(scratch, count, settings)];
            ReadOnlySpan<int> ids = Ids(scratch, count);
            for (int i = 0; i < tokens.Length; i++)
            {
                string value = ids[i] == UnknownId ? UnknownText(scratch, count, i) : _pieces[ids[i]];
                tokens[i] = new EncodedToken(ids[i], value, Place(scratch, count, i)..Place(scratch, count, i + 1));
            }

            int consumed = tokens.Length == count ? all.Length : Place(scratch, count, tokens.Length);
            return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = consumed };
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            return Kept(scratch, Search(text ?? textSpan, scratch, offsets: false), settings);
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        normalizedText = null;
        ReadOnlySpan<char> all = text ?? textSpan;
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            int count = Search(all, scratch, offsets: true);
            tokenCount = fromEnd ? KeptFromEnd(scratch, count, settings) : Kept(scratch, count, settings);
            return tokenCount == count
                ? (fromEnd ? 0 : all.Length)
                : Place(scratch, count, fromEnd ? count - tokenCount : tokenCount);
        }
        finally
        {
            scratch.Return();
        }
    }

    private static int Kept(TokenizerScratch scratch, int count, EncodeSettings settings)
    {
        int kept = Limit(count, settings);
        while (SplitsCharacter(scratch, count, kept))
        {
            kept--;
        }

        return kept;
    }

    private static int KeptFromEnd(TokenizerScratch scratch, int count, EncodeSettings settings)
    {
        int kept = Limit(count, settings);
        while (SplitsCharacter(scratch, count, count - kept))
        {
            kept--;
        }

        return kept;
    }

    private static int Limit(int count, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount, "maxTokenCount");
        return Math.Min(count, settings.MaxTokenCount);
    }

    // Whether the place before a token is between two bytes of a character: all of its bytes but the last are empty in the text.
    private static bool SplitsCharacter(TokenizerScratch scratch, int count, int token) =>
        token > 0 && Start(scratch, count, token) == Start(scratch, count, token - 1);

    // Where in the text the token starts; one behind the last token is where that one ends.
    private static int Place(TokenizerScratch scratch, int count, int token) => scratch.Offsets[Start(scratch, count, token)];

    private static int Start(TokenizerScratch scratch, int count, int token) =>
        token == 0 ? 0 : scratch.Ends[scratch.Ends.Length - count + token - 1];

    private static string UnknownText(TokenizerScratch scratch, int count, int token) =>
        Encoding.UTF8.GetString(scratch.Normalized.AsSpan(Start(scratch, count, token)..Start(scratch, count, token + 1)));
}
