using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

public class T5TokenizerTests
{
    private static readonly T5Tokenizer T5 = Vocabularies.Get(Vocabularies.T5);

    [Fact]
    public void Special_ids_are_those_of_the_published_model()
    {
        Assert.Equal((32_100, 0, 1, 2), (T5.VocabularySize, T5.PadId, T5.EosId, T5.UnknownId));
        Assert.Equal((32_099, 32_000), (T5.SentinelId(0), T5.SentinelId(99)));
        Assert.Equal(8_099, Vocabularies.Get(Vocabularies.Tiny).SentinelId(0));
        Assert.Equal(["<pad>", "</s>", "<unk>", "<extra_id_99>", "<extra_id_0>"], new[] { 0, 1, 2, 32_000, 32_099 }.Select(T5.Piece));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.SentinelId(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.SentinelId(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.Piece(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.Piece(32_100));
    }

    [Fact]
    public void Every_way_to_encode_gives_the_same_ids()
    {
        const string text = "Transfer the prompt, twice: 🙂 naïve!";
        IReadOnlyList<int> ids = T5.EncodeToIds(text);
        int[] span = new int[100];
        List<int> list = [7];

        Assert.Equal(ids, T5.EncodeToIds(text.AsSpan()));
        Assert.Equal(ids, T5.EncodeToIds(text, considerPreTokenization: false, considerNormalization: false));
        Assert.Equal(ids, T5.EncodeToTokens(text, out _).Select(token => token.Id));
        Assert.Equal(ids, T5.EncodeWithSentinels(text));
        Assert.Equal(ids, span[..T5.Encode(text, span)]);
        Assert.Equal(ids.Count, T5.Encode(text, list));
        Assert.Equal([7, .. ids], list);
        Assert.Equal([.. ids, 1], T5.Encode(text, 100));
        Assert.Equal([.. ids, 1], T5.EncodeWithSentinels(text, 100));
        Assert.Equal(3, T5.Encode(text, span.AsSpan(0, 3)));
        Assert.Equal((ids.Count, ids.Count), (T5.CountTokens(text), T5.CountTokens(text.AsSpan())));
    }

    [Fact]
    public void Nothing_but_white_space_has_no_ids()
    {
        foreach (string text in (string[])["", " ", "\t\n \u3000", "\u0001"])
        {
            Assert.Empty(T5.EncodeToIds(text));
            Assert.Empty(T5.EncodeToTokens(text, out _));
            Assert.Equal([1], T5.Encode(text, 5));
            Assert.Equal(text.Length, T5.GetIndexByTokenCount(text, 1, out _, out _));
        }
    }

    [Fact]
    public void Arguments_are_checked()
    {
        Assert.Throws<ArgumentNullException>(() => T5.Encode(null!, 5));
        Assert.Throws<ArgumentNullException>(() => T5.Encode("a", (List<int>)null!));
        Assert.Throws<ArgumentNullException>(() => T5.EncodeWithSentinels(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.Encode("a", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.EncodeWithSentinels("a", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.EncodeToIds("a", 0, out _, out _));
        Assert.Throws<ArgumentNullException>(() => T5.Decode(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => T5.Decode([-1]));
    }

    [Fact]
    public void Limits_of_the_base_class_are_places_in_the_text()
    {
        const string text = "  summarize: a\u0301 long  text 🙂🙂 ";
        IReadOnlyList<EncodedToken> tokens = T5.EncodeToTokens(text, out _);
        for (int n = 1; n <= tokens.Count; n++)
        {
            IReadOnlyList<int> ids = T5.EncodeToIds(text, n, out string? normalized, out int consumed);
            Assert.Equal(tokens.Take(n).Select(token => token.Id), ids);
            Assert.Equal(n == tokens.Count ? text.Length : tokens[n - 1].Offset.End.Value, consumed);
            Assert.Equal(consumed, T5.GetIndexByTokenCount(text, n, out normalized, out int count));
            Assert.Equal(n, count);
            int start = T5.GetIndexByTokenCountFromEnd(text, n, out normalized, out count);
            Assert.Equal(n == tokens.Count ? 0 : tokens[^n].Offset.Start.Value, start);
            Assert.Null(normalized);
        }
    }

    [Fact]
    public void Tokens_carry_their_piece_and_unknowns_their_characters()
    {
        IReadOnlyList<EncodedToken> tokens = T5.EncodeToTokens(" house漢字 ﬁt", out _);
        Assert.Equal(["▁house", "漢字", "▁fit"], tokens.Select(token => token.Value));
        Assert.Equal([1..6, 6..8, 8..11], tokens.Select(token => token.Offset));
    }

    [Theory]
    [InlineData("<extra_id_0>", "32099")]
    [InlineData("<extra_id_9><extra_id_10>", "32090 32089")]
    [InlineData("<extra_id_99>", "32000")]
    [InlineData("<extra_id_<extra_id_1>", "3 2 25666 834 23 26 834 32098")]
    public void Sentinels_are_found_by_their_exact_names(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', T5.EncodeWithSentinels(text)));

    [Theory]
    [InlineData("<extra_id_100>")]
    [InlineData("<extra_id_00>")]
    [InlineData("<extra_id_07>")]
    [InlineData("<extra_id_>")]
    [InlineData("<extra_id_")]
    [InlineData("<extra_id_7")]
    [InlineData("<extra_id_77")]
    [InlineData("<extra_id_-1>")]
    [InlineData("<EXTRA_ID_1>")]
    [InlineData("<extra_id_١>")]
    public void Everything_else_is_text(string text) => Assert.Equal(T5.EncodeToIds(text), T5.EncodeWithSentinels(text));

    [Fact]
    public void Sentinels_and_rows_without_a_piece_decode_to_something_readable()
    {
        int[] ids = T5.EncodeWithSentinels("Thank you <extra_id_0> me to your party <extra_id_1> week.", 100);
        Assert.Equal("Thank you<extra_id_0> me to your party<extra_id_1> week.", T5.Decode(ids));
        Assert.Equal("<extra_id_0> you \u2047 ", T5.Decode([0, 32_099, 25, 32_127]));
    }

    [Fact]
    public void Decoding_stops_where_the_text_does_not_fit()
    {
        char[] text = new char[9];
        Assert.Equal(OperationStatus.DestinationTooSmall, T5.Decode([1562, 25, 160], text, out int consumed, out int written));
        Assert.Equal((2, "Thank you"), (consumed, new string(text, 0, written)));
    }
}
