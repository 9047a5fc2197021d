namespace Spot.Tasks;

/// <summary>The longest sequence of tokens that two texts have in common, in order but with gaps.</summary>
internal static class LongestCommonSubsequence
{
    /// <summary>Its length.</summary>
    /// <param name="a">A text.</param>
    /// <param name="b">Another.</param>
    public static int Length(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        // One row of the table; `diagonal` is the cell above and to the left.
        int[] row = new int[b.Length + 1];
        foreach (int token in a)
        {
            int diagonal = 0;
            for (int j = 0; j < b.Length; j++)
            {
                int above = row[j + 1];
                row[j + 1] = token == b[j] ? diagonal + 1 : Math.Max(above, row[j]);
                diagonal = above;
            }
        }

        return row[^1];
    }

    /// <summary>Marks the tokens of a text that are in one of the longest sequences.</summary>
    /// <remarks>
    /// Of several it is the one found from the ends: equal tokens are taken; else the other text steps back if only that keeps the length, else
    /// this one does. Which one it is matters to the union over several texts.
    /// </remarks>
    /// <param name="text">The text.</param>
    /// <param name="other">The other.</param>
    /// <param name="marks">One mark for each token of the text; marks that are set stay.</param>
    public static void Mark(ReadOnlySpan<int> text, ReadOnlySpan<int> other, Span<bool> marks)
    {
        int[,] lengths = Table(text, other);
        for (int i = text.Length, j = other.Length; i > 0 && j > 0;)
        {
            if (text[i - 1] == other[j - 1])
            {
                marks[i - 1] = true;
                i--;
                j--;
            }
            else if (lengths[i, j - 1] > lengths[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }

    /// <summary>The lengths for all pairs of beginnings.</summary>
    private static int[,] Table(ReadOnlySpan<int> text, ReadOnlySpan<int> other)
    {
        int[,] lengths = new int[text.Length + 1, other.Length + 1];
        for (int i = 1; i <= text.Length; i++)
        {
            for (int j = 1; j <= other.Length; j++)
            {
                lengths[i, j] = text[i - 1] == other[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
            }
        }

        return lengths;
    }
}
