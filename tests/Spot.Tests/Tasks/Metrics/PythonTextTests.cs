using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class PythonTextTests
{
    [Theory]
    [InlineData("İ", "i\u0307")]
    [InlineData("ΟΔΟΣ", "οδος")]
    [InlineData("ΟΔΟΣ ΣΟΣ", "οδος σος")]
    [InlineData("Σ", "σ")]
    [InlineData("AΣ.", "aς.")]
    [InlineData("AΣ.B", "aσ.b")]
    [InlineData("A\u0301Σ\u0301", "a\u0301ς\u0301")]
    [InlineData("1Σ", "1σ")]
    [InlineData("ⅣΣ", "ⅳς")]
    [InlineData("\U0001d400Σ\U0001d400", "\U0001d400σ\U0001d400")]
    [InlineData("ǅ\u212aẞ", "ǆkß")]
    [InlineData("\U00010400", "\U00010428")]
    [InlineData("É\ud83d", "é\ud83d")]
    public void Lower_case_is_by_the_full_mapping(string text, string expected) => Assert.Equal(expected, PythonText.ToLower(text));

    [Theory]
    [InlineData('\u001c', true)]
    [InlineData('\u0085', true)]
    [InlineData('\u3000', true)]
    [InlineData('\u200b', false)]
    [InlineData('\u180e', false)]
    public void White_space_is_what_splits(char c, bool expected)
    {
        Assert.Equal(expected, PythonText.IsWhiteSpace(c));
        Assert.Equal(expected ? ["a", "b"] : [$"{c}a{c}b"], PythonText.Split($"{c}a{c}b"));
        Assert.Equal(expected ? "a" : $"{c}a{c}", PythonText.Trim($"{c}a{c}"));
        Assert.Equal(expected ? "" : $"{c}{c}", PythonText.Trim($"{c}{c}"));
    }

    [Theory]
    [InlineData('_', true)]
    [InlineData('²', true)]
    [InlineData('½', true)]
    [InlineData('Ⅳ', true)]
    [InlineData('\u0301', false)]
    [InlineData('-', false)]
    [InlineData(0x1d7d9, true)]
    [InlineData(0x1f600, false)]
    public void Words_are_letters_numbers_and_underscores(int codePoint, bool expected) => Assert.Equal(expected, PythonText.IsWord(codePoint));
}
