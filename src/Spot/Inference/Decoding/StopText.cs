namespace Spot.Inference;

/// <summary>Stop strings in a text.</summary>
internal static class StopText
{
    /// <summary>Where the first of them begins; −1 where there is none.</summary>
    public static int Find(string text, IReadOnlyList<string> stops)
    {
        int first = -1;
        foreach (string stop in stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }

        return first;
    }

    /// <summary>How much of a text can be told before more is known: what may be the beginning of a stop string, or of a character, is held back.</summary>
    public static int Safe(string text, IReadOnlyList<string> stops)
    {
        int safe = text.TrimEnd('\uFFFD').Length;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    safe = Math.Min(safe, text.Length - length);
                    break;
                }
            }
        }

        return safe;
    }
}
