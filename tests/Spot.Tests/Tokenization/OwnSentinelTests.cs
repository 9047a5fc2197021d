using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>Vocabularies that have the sentinels among their pieces.</summary>
public class OwnSentinelTests
{
    private static readonly (string Text, float Score)[] Pieces =
        [("▁", -2), ("a", -1), ("▁a", -1), .. "<>_0123456789extrid".Select(c => (c.ToString(), -3f))];

    public static TheoryData<string, bool> Files => new() { { "▁", true }, { "", true }, { "▁", false }, { "", false } };

    [Theory]
    [MemberData(nameof(Files))]
    public void They_are_the_vocabularys_own_pieces_and_nothing_is_added(string prefix, bool bytes)
    {
        T5Tokenizer tokenizer = Load(prefix, bytes, out int count);
        Assert.Equal(count, tokenizer.VocabularySize);
        Assert.Equal((count - 1, count - 100), (tokenizer.SentinelId(0), tokenizer.SentinelId(99)));
        Assert.Equal(prefix + "<extra_id_42>", tokenizer.Piece(tokenizer.SentinelId(42)));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.SentinelId(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Piece(count));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_text_of_a_user_gives_one(string prefix, bool bytes)
    {
        T5Tokenizer tokenizer = Load(prefix, bytes, out int count);
        foreach (string text in (string[])["<extra_id_0>", "▁<extra_id_0>", "a <extra_id_99> a", "a<extra_id_1><extra_id_2>", " \u2581<extra_id_5>▁"])
        {
            Assert.DoesNotContain(tokenizer.EncodeToIds(text), id => id < 2 || id >= count - 100);
            Assert.Equal(text.Replace('▁', ' ').Trim(), tokenizer.Decode(tokenizer.EncodeToIds(text)));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Trusted_text_gives_them_between_stretches_of_text(string prefix, bool bytes)
    {
        T5Tokenizer tokenizer = Load(prefix, bytes, out int count);
        int a = tokenizer.EncodeToIds("a")[0];
        Assert.Equal([a, count - 1, a, count - 100], tokenizer.EncodeWithSentinels("a <extra_id_0> a<extra_id_99>"));
        Assert.Equal([a, count - 1, 1], tokenizer.EncodeWithSentinels("a <extra_id_0> a<extra_id_99>", 3));
        Assert.Equal(tokenizer.EncodeToIds("<extra_id_100>"), tokenizer.EncodeWithSentinels("<extra_id_100>"));
    }

    [Fact]
    public void They_may_lie_anywhere()
    {
        ModelFile file = new ModelFile().Piece("<pad>", 0, ModelFile.Control).Piece("</s>", 0, ModelFile.Control).Piece("<unk>", 0, ModelFile.Unknown);
        for (int k = 0; k < 100; k++)
        {
            file.Piece($"▁<extra_id_{k}>", 0, ModelFile.UserDefined);
        }

        T5Tokenizer tokenizer = T5Tokenizer.Load(new MemoryStream(file.Piece("▁a", -1, ModelFile.Normal).Trainer(42, 1).Trainer(43, 0).ToArray()));
        Assert.Equal((104, 3, 102), (tokenizer.VocabularySize, tokenizer.SentinelId(0), tokenizer.SentinelId(99)));
        Assert.Equal([103, 10, 103], tokenizer.EncodeWithSentinels("a<extra_id_7>a"));
    }

    [Fact]
    public void Byte_fallback_alone_leaves_the_sentinels_behind_the_pieces()
    {
        ModelFile file = ModelFile.WithPieces(("▁a", -1));
        for (int value = 0; value < 256; value++)
        {
            file.Piece($"<0x{value:X2}>", 0, ModelFile.Byte);
        }

        T5Tokenizer tokenizer = T5Tokenizer.Load(new MemoryStream(file.Trainer(35, 1).ToArray()));
        Assert.Equal((360, 359, 260), (tokenizer.VocabularySize, tokenizer.SentinelId(0), tokenizer.SentinelId(99)));
        Assert.Equal([3, 4 + 'b', 359], tokenizer.EncodeWithSentinels("ab<extra_id_0>"));
    }

    private static T5Tokenizer Load(string prefix, bool bytes, out int count)
    {
        count = 3 + (bytes ? 256 : 0) + Pieces.Length + 100;
        ModelFile file = bytes ? ModelFile.ByteFallback(prefix, Pieces) : ModelFile.WithPieces(Pieces).Sentinels(prefix);
        return T5Tokenizer.Load(new MemoryStream(file.ToArray()));
    }
}
