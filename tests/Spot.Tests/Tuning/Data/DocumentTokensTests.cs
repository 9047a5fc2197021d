using Spot.Tests.Tokenization;
using Spot.Tokenization;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class DocumentTokensTests
{
    private static readonly T5Tokenizer Tokenizer = Vocabularies.Get(Vocabularies.Tiny);

    [Fact]
    public void A_document_is_encoded_whole_without_end_of_sequence()
    {
        SplitMix64 random = SplitMix64.For("test", 0), untouched = random;
        Assert.Equal(Tokenizer.Encode("some plain words", 100)[..^1], DocumentTokens.Draw("some plain words", 4, Tokenizer, ref random));
        Assert.Equal(untouched.Next(), random.Next());
    }

    [Fact]
    public void Of_a_huge_document_a_stretch_of_whole_words_is_encoded()
    {
        string document = string.Join(' ', Enumerable.Range(1_000_000, 100_000)); // 800,000 characters in words of 7 digits
        List<int> firsts = [];
        for (int seed = 0; seed < 40; seed++)
        {
            SplitMix64 random = SplitMix64.For("test", seed), again = random;
            string stretch = DocumentTokens.Stretch(document, DocumentTokens.Most, ref random).ToString();
            Assert.InRange(stretch.Length, DocumentTokens.Most - 16, DocumentTokens.Most);
            int[] words = [.. stretch.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            Assert.Equal(Enumerable.Range(words[0], words.Length), words);
            Assert.InRange(words[0], 1_000_000, 1_100_000 - words.Length);
            firsts.Add(words[0] - 1_000_000);
            Assert.Equal(Tokenizer.Encode(stretch, int.MaxValue)[..^1], DocumentTokens.Draw(document, 511, Tokenizer, ref again));
        }

        Assert.True(firsts.Min() < 15_000 && firsts.Max() > 75_000, $"stretches start at words {firsts.Min()} to {firsts.Max()} of 0 to 91,808");
    }

    [Fact]
    public void A_wide_window_gets_a_wide_stretch()
    {
        string document = string.Join(' ', Enumerable.Repeat("the", 100_000));
        SplitMix64 random = SplitMix64.For("test", 0);
        Assert.True(DocumentTokens.Draw(document, 30_000, Tokenizer, ref random).Length >= 30_000);
    }

    [Fact]
    public void Text_without_words_is_not_cut_inside_a_character()
    {
        string document = "x" + string.Concat(Enumerable.Repeat("\U0001F600", 500));
        for (int seed = 0; seed < 50; seed++)
        {
            SplitMix64 random = SplitMix64.For("test", seed);
            string stretch = DocumentTokens.Stretch(document, 200, ref random).ToString();
            Assert.InRange(stretch.Length, 198, 200);
            Assert.False(char.IsLowSurrogate(stretch[0]) || char.IsHighSurrogate(stretch[^1]));
        }
    }
}
