using System.Globalization;

namespace Spot.Cli;

/// <summary>The values of options, from what was typed.</summary>
internal static class OptionValue
{
    /// <summary>What says that a number or a text is not set.</summary>
    public const string None = "none";

    /// <summary>What the help shows in place of a value.</summary>
    public static string Hint(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        string hint = plain.IsEnum ? string.Join('|', Enum.GetNames(plain))
            : plain == typeof(string) ? "TEXT"
            : plain == typeof(char) ? "CHARACTER"
            : plain == typeof(bool) ? "true|false" : "NUMBER";
        return plain == type || plain == typeof(bool) ? hint : $"{hint}|{None}";
    }

    /// <summary>A list of values of a type; <c>none</c> alone for an empty one.</summary>
    /// <exception cref="ArgumentException">One is none.</exception>
    public static Array ParseList(string option, string[] texts, Type item)
    {
        texts = texts is [var only] && only.Equals(None, StringComparison.OrdinalIgnoreCase) ? [] : texts;
        Array values = Array.CreateInstance(item, texts.Length);
        foreach ((int index, string text) in texts.Index())
        {
            values.SetValue(Parse(option, text, item), index);
        }

        return values;
    }

    /// <summary>A value of a type.</summary>
    /// <param name="option">The option's name, for the error.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="type">Number, text, character, truth value or enum, possibly nullable.</param>
    /// <exception cref="ArgumentException">It is none; the message says what is expected.</exception>
    public static object? Parse(string option, string text, Type type)
    {
        Type? nullable = Nullable.GetUnderlyingType(type);
        if (nullable is not null && text.Equals(None, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Type plain = nullable ?? type;
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return plain switch
        {
            _ when plain == typeof(string) => text,
            _ when plain == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out int number) ? number : throw Bad("a whole number"),
            _ when plain == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out long number) ? number : throw Bad("a whole number"),
            _ when plain == typeof(double) => double.TryParse(text, NumberStyles.Float, invariant, out double number) && double.IsFinite(number) ? number : throw Bad("a number such as 0.3"),
            _ when plain == typeof(bool) => bool.TryParse(text, out bool truth) ? truth : throw Bad("true or false"),
            _ when plain == typeof(char) => text switch { [char only] => only, "\\t" => '\t', _ => throw Bad("one character, or \\t for a tab") },
            _ when plain.IsEnum => Enum.GetNames(plain).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse(plain, name) : throw Bad($"one of {string.Join(", ", Enum.GetNames(plain))}"),
            _ => throw new NotSupportedException($"{option} is of {plain}."),
        };

        ArgumentException Bad(string expected) => new($"Found {option} '{text}', expected {expected}{(nullable is null ? "" : $", or {None}")}.");
    }
}
