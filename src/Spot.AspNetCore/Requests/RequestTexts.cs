namespace Spot.AspNetCore;

/// <summary>The texts of a request.</summary>
internal static class RequestTexts
{
    /// <exception cref="FieldException">There is none, there are too many, or one is blank.</exception>
    public static void Check(IReadOnlyList<string> texts, string field, int most)
    {
        if (texts.Count == 0 || texts.Count > most)
        {
            throw new FieldException(field, $"Found {texts.Count} texts, expected 1 to {most}. Send the others in further requests.");
        }

        int blank = Enumerable.Range(0, texts.Count).FirstOrDefault(i => string.IsNullOrWhiteSpace(texts[i]), -1);
        if (blank >= 0)
        {
            throw new FieldException(texts.Count == 1 ? field : $"{field}[{blank}]", "Found an empty text, expected one to answer. Leave it out.");
        }
    }
}
