namespace Spot;

/// <summary>Whether an example says something at all.</summary>
internal static class ExampleValidator
{
    /// <summary>What is wrong with an example, to be followed by what to do; null where nothing is.</summary>
    public static string? Problem(TextExample example) =>
        IsEmpty(example.Input) ? "found an empty input, expected a text"
        : IsEmpty(example.Target) ? "found an empty target, expected what the model should write"
        : example.Input.Contains('\0', StringComparison.Ordinal) ? "found a NUL character in the input, expected text"
        : example.Target.Contains('\0', StringComparison.Ordinal) ? "found a NUL character in the target, expected text"
        : null;

    /// <summary>Whether a text is null, or nothing but white space.</summary>
    public static bool IsEmpty(string? text) => string.IsNullOrWhiteSpace(text);
}
