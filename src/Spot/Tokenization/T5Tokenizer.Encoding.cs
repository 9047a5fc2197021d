namespace Spot.Tokenization;

public sealed partial class T5Tokenizer
{
    /// <summary>Encodes text as a model's input or target: at most <paramref name="maxLength"/> ids, of which the last one is <see cref="EosId"/>.</summary>
    /// <param name="text">The text, as a user gives it.</param>
    /// <param name="maxLength">
    /// At least 1. The ids of longer text are cut to the first <paramref name="maxLength"/> − 1, be it between two bytes of a character.
    /// </param>
    /// <returns>1 to <paramref name="maxLength"/> ids.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 1.</exception>
    public int[] Encode(string text, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            return WithEndOfSequence(Ids(scratch, Search(text, scratch, offsets: false)), maxLength);
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>Encodes text without an end of sequence into memory of the caller; allocates nothing once the thread's buffers have grown.</summary>
    /// <param name="text">The text, as a user gives it.</param>
    /// <param name="destination">Receives the first ids, as many as fit.</param>
    /// <returns>The number of ids written.</returns>
    public int Encode(ReadOnlySpan<char> text, Span<int> destination)
    {
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            ReadOnlySpan<int> ids = Ids(scratch, Search(text, scratch, offsets: false));
            ids = ids[..Math.Min(ids.Length, destination.Length)];
            ids.CopyTo(destination);
            return ids.Length;
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>Encodes text without an end of sequence and adds all ids to a list.</summary>
    /// <param name="text">The text, as a user gives it.</param>
    /// <param name="destination">The list to add to.</param>
    /// <returns>The number of ids added.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public int Encode(ReadOnlySpan<char> text, List<int> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        TokenizerScratch scratch = TokenizerScratch.Rent();
        try
        {
            ReadOnlySpan<int> ids = Ids(scratch, Search(text, scratch, offsets: false));
            destination.AddRange(ids);
            return ids.Length;
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>
    /// Encodes trusted text in which <c>&lt;extra_id_0&gt;</c> to <c>&lt;extra_id_99&gt;</c> are sentinels; the stretches between
    /// them are encoded each on its own. There is no end of sequence.
    /// </summary>
    /// <param name="text">Text that the application wrote. Never a user's: a sentinel in it would steer the model.</param>
    /// <returns>The ids.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public int[] EncodeWithSentinels(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        AddWithSentinels(text, ids);
        return [.. ids];
    }

    /// <summary>The same with an end of sequence: at most <paramref name="maxLength"/> ids, of which the last one is <see cref="EosId"/>.</summary>
    /// <param name="text">Text that the application wrote. Never a user's: a sentinel in it would steer the model.</param>
    /// <param name="maxLength">At least 1. The ids of longer text are cut to the first <paramref name="maxLength"/> − 1.</param>
    /// <returns>1 to <paramref name="maxLength"/> ids.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 1.</exception>
    public int[] EncodeWithSentinels(string text, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        return WithEndOfSequence(EncodeWithSentinels(text), maxLength);
    }

    private void AddWithSentinels(ReadOnlySpan<char> text, List<int> ids)
    {
        int stretch = 0;
        int at = 0;
        while (text[at..].IndexOf(SentinelStart, StringComparison.Ordinal) is int found && found >= 0)
        {
            at += found;
            int length = SentinelAt(text[at..], out int k);
            if (length > 0)
            {
                Encode(text[stretch..at], ids);
                ids.Add(SentinelId(k));
                stretch = at + length;
            }

            at += Math.Max(length, 1);
        }

        Encode(text[stretch..], ids);
    }

    /// <summary>The k of a sentinel's name; −1 if the text is not exactly one.</summary>
    internal static int SentinelNamed(ReadOnlySpan<char> text) =>
        text.StartsWith(SentinelStart, StringComparison.Ordinal) && SentinelAt(text, out int k) == text.Length ? k : -1;

    // Only the exact names: <extra_id_07> and <extra_id_100> are text.
    private static int SentinelAt(ReadOnlySpan<char> text, out int k)
    {
        ReadOnlySpan<char> number = text[SentinelStart.Length..];
        k = number.Length > 1 && char.IsAsciiDigit(number[0]) ? number[0] - '0' : -1;
        int digits = 1;
        if (k > 0 && char.IsAsciiDigit(number[1]))
        {
            k = (10 * k) + number[1] - '0';
            digits = 2;
        }

        return k >= 0 && number.Length > digits && number[digits] == '>' ? SentinelStart.Length + digits + 1 : 0;
    }

    private int[] WithEndOfSequence(ReadOnlySpan<int> ids, int maxLength)
    {
        int kept = Math.Min(ids.Length, maxLength - 1);
        int[] result = new int[kept + 1];
        ids[..kept].CopyTo(result);
        result[kept] = EosId;
        return result;
    }

    private int Search(ReadOnlySpan<char> text, TokenizerScratch scratch, bool offsets) =>
        _search.Run(scratch, _normalizer.Normalize(text, scratch, offsets));

    private static ReadOnlySpan<int> Ids(TokenizerScratch scratch, int count) => scratch.Ids.AsSpan(scratch.Ids.Length - count);
}
