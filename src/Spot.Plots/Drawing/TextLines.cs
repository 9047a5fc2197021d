namespace Spot.Plots.Drawing;

/// <summary>Text cut to the room there is.</summary>
internal static class TextLines
{
    /// <summary>Breaks a text between words so that no line is wider than the room; a longer word has a line of its own.</summary>
    internal static List<string> Wrap(string text, float size, float width)
    {
        List<string> lines = [];
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && Sheet.Width($"{lines[^1]} {word}", size) <= width)
            {
                lines[^1] += $" {word}";
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }

    /// <summary>The text, or its beginning with an ellipsis where it is too wide.</summary>
    internal static string Fit(string text, float size, float width)
    {
        if (Sheet.Width(text, size) <= width)
        {
            return text;
        }

        int length = text.Length;
        while (length > 1 && Sheet.Width($"{text[..length]}…", size) > width)
        {
            length--;
        }

        return $"{text[..length].TrimEnd()}…";
    }
}
