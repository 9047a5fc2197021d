using System.Text;
using Microsoft.ML.Tokenizers;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>What holds for every text.</summary>
public class TextPropertyTests
{
    private static readonly string[] Dangerous =
        ["<pad>", "</s>", "<unk>", "<s>", "<extra_id_0>", "<extra_id_99>", "▁<extra_id_1>", "▁", " ", "<", ">", "/s>", "\ud83d", "\ude42", "\0"];

    [Theory]
    [InlineData(Vocabularies.T5)]
    [InlineData(Vocabularies.Tiny)]
    public void No_text_gives_a_control_id_or_a_sentinel_or_two_unknowns_in_a_row(string name)
    {
        T5Tokenizer tokenizer = Vocabularies.Get(name);
        int pieces = tokenizer.VocabularySize - T5Tokenizer.SentinelCount;
        Random random = new(3);
        for (int i = 0; i < 5_000; i++)
        {
            string text = Fuzz(random);
            IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(text, out _);
            Assert.All(tokens, token => Assert.InRange(token.Id, 2, pieces - 1));
            Assert.DoesNotContain(tokens.Zip(tokens.Skip(1)), pair => pair is ({ Id: 2 }, { Id: 2 }));
            int place = 0;
            foreach (EncodedToken token in tokens)
            {
                Assert.InRange(token.Offset.Start.Value, place, text.Length);
                place = token.Offset.End.Value;
                Assert.InRange(place, token.Offset.Start.Value, text.Length);
            }
        }
    }

    [Fact]
    public void Special_ids_come_from_their_own_methods_alone()
    {
        T5Tokenizer tokenizer = Vocabularies.Get(Vocabularies.T5);
        string text = string.Concat(Dangerous);
        Assert.Equal(1, tokenizer.Encode(text, 1_000).Count(id => id is 0 or 1 || id >= 32_000));
        Assert.Equal(3, tokenizer.EncodeWithSentinels(text).Count(id => id is 0 or 1 || id >= 32_000));
    }

    [Fact]
    public void A_lone_surrogate_is_read_as_a_replacement_character()
    {
        T5Tokenizer tokenizer = Vocabularies.Get(Vocabularies.T5);
        foreach (string text in (string[])["a\ud83d", "\ude42a", "a\ud83db", "\ud83d\ud83d\ude42", "\ude42\ud83d", "x \udbff y"])
        {
            string read = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            Assert.Equal(tokenizer.EncodeToIds(read), tokenizer.EncodeToIds(text));
            Assert.Equal(
                tokenizer.EncodeToTokens(read, out _).Select(token => token.Offset),
                tokenizer.EncodeToTokens(text, out _).Select(token => token.Offset));
        }
    }

    [Fact]
    public void Encoding_what_was_decoded_gives_the_same_text_again()
    {
        T5Tokenizer tokenizer = Vocabularies.Get(Vocabularies.T5);
        Random random = new(4);
        for (int i = 0; i < 2_000; i++)
        {
            string text = tokenizer.Decode(tokenizer.EncodeToIds(Fuzz(random)));
            if (!text.Contains('\u2047', StringComparison.Ordinal))
            {
                Assert.Equal(text.Trim(' '), tokenizer.Decode(tokenizer.EncodeToIds(text)).Trim(' '));
            }
        }
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        T5Tokenizer tokenizer = Vocabularies.Get(Vocabularies.T5);
        Random random = new(5);
        string[] texts = [.. Enumerable.Range(0, 500).Select(_ => Fuzz(random))];
        int[][] expected = [.. texts.Select(text => tokenizer.Encode(text, int.MaxValue))];
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 8 }, worker =>
        {
            for (int i = 0; i < texts.Length; i++)
            {
                int at = (i + (31 * worker)) % texts.Length;
                Assert.Equal(expected[at], tokenizer.Encode(texts[at], int.MaxValue));
            }
        });
    }

    [Fact]
    public void Encoding_into_memory_of_the_caller_allocates_nothing()
    {
        T5Tokenizer tokenizer = Vocabularies.Get(Vocabularies.T5);
        string text = string.Concat(Enumerable.Repeat("Some prose, naïvely “quoted” 🙂 and long. ", 200));
        int[] ids = new int[10_000];
        tokenizer.Encode(text, ids);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            tokenizer.Encode(text, ids);
            tokenizer.CountTokens(text);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000); // The base class's settings, nothing per token.
    }

    [Theory]
    [InlineData("a")]
    [InlineData("internationalization")]
    [InlineData("-")]
    [InlineData("🙂")]
    [InlineData("\u0301")]
    [InlineData("ﷺ")]
    public void A_megabyte_without_spaces_is_encoded(string unit) // in more than linear time this would not end
    {
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        IReadOnlyList<EncodedToken> tokens = Vocabularies.Get(Vocabularies.T5).EncodeToTokens(text, out _);
        Assert.Equal(text.Length, tokens[^1].Offset.End.Value);
    }

    private static string Fuzz(Random random)
    {
        StringBuilder text = new();
        for (int left = random.Next(1, 30); left > 0; left--)
        {
            switch (random.Next(6))
            {
                case 0: text.Append(Dangerous[random.Next(Dangerous.Length)]); break;
                case 1: text.Append((char)random.Next(0x10000)); break;
                case 2: text.Append((char)random.Next(0x300)); break;
                case 3: text.Append("-?=\"'. "[random.Next(7)], random.Next(1, 9)); break;
                case 4: text.Append("some words of text "); break;
                default: text.Append((char)random.Next(' ', '~')); break;
            }
        }

        return text.ToString();
    }
}
