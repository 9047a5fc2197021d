using System.Text;

namespace Spot.Cli;

/// <summary>The names of options.</summary>
internal static class OptionName
{
    /// <summary>That of a property of the library: <c>LearningRate</c> is <c>--learning-rate</c>.</summary>
    public static string Of(string property)
    {
        property = property.Replace("BFloat16", "Bfloat16", StringComparison.Ordinal); // one word
        StringBuilder name = new("--");
        foreach ((int index, char letter) in property.Index())
        {
            bool begins = index > 0 && char.IsUpper(letter) && (char.IsLower(property[index - 1]) || (index + 1 < property.Length && char.IsLower(property[index + 1])));
            name.Append(begins ? "-" : "").Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}
