using System.Buffers;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>Runs of byte pieces as text: whole characters, and U+FFFD for each byte of none.</summary>
public class ByteDecodingTests
{
    private static readonly T5Tokenizer Tokenizer = T5Tokenizer.Load(
        new MemoryStream(ModelFile.ByteFallback("▁", ("▁", -2), ("a", -1), ("▁b", -1)).ToArray()));

    [Theory]
    [InlineData("F0 9F 99 82", "🙂")]
    [InlineData("41 C3 A9 E6 BC A2", "Aé漢")]
    [InlineData("00", "\0")]
    [InlineData("EF BF BD", "\ufffd")]
    [InlineData("80", "\ufffd")]
    [InlineData("FF FE", "\ufffd\ufffd")]
    [InlineData("F0 9F 99", "\ufffd\ufffd\ufffd")]
    [InlineData("F0 9F 99 41", "\ufffd\ufffd\ufffdA")]
    [InlineData("F0 9F 99 F0 9F 99 82", "\ufffd\ufffd\ufffd🙂")]
    [InlineData("E6 BC C3 A9", "\ufffd\ufffdé")]
    [InlineData("C0 80", "\ufffd\ufffd")]
    [InlineData("E0 80 80", "\ufffd\ufffd\ufffd")]
    [InlineData("ED A0 BD", "\ufffd\ufffd\ufffd")]
    [InlineData("F4 90 80 80", "\ufffd\ufffd\ufffd\ufffd")]
    [InlineData("F8 88 80 80 80", "\ufffd\ufffd\ufffd\ufffd\ufffd")]
    [InlineData("E2 96 81", "▁")]
    [InlineData("C3 eos A9", "\ufffd\ufffd")]
    [InlineData("C3 pad", "\ufffd")]
    [InlineData("a C3 a A9 a", "a\ufffda\ufffda")]
    [InlineData("mark C3 A9 mark a", "é a")]
    [InlineData("C3 b", "\ufffd b")]
    [InlineData("eos b 80 b", "b\ufffd b")]
    [InlineData("C3 unk A9", "\ufffd \u2047 \ufffd")]
    [InlineData("C3 row A9", "\ufffd \u2047 \ufffd")]
    public void Bytes_without_another_id_between_them_are_UTF_8(string names, string expected)
    {
        int[] ids = [.. names.Split(' ').Select(Id)];
        char[] text = new char[expected.Length];
        Assert.Equal(expected, Tokenizer.Decode(ids));
        Assert.Equal(OperationStatus.Done, Tokenizer.Decode(ids, text, out int consumed, out int written));
        Assert.Equal((ids.Length, expected), (consumed, new string(text, 0, written)));
    }

    [Fact]
    public void Sentinels_are_written_as_their_pieces()
    {
        Assert.Equal("<extra_id_3> b <extra_id_0>é", Tokenizer.Decode([Tokenizer.SentinelId(3), Id("b"), Tokenizer.SentinelId(0), Id("C3"), Id("A9")]));
    }

    [Fact]
    public void Decoding_stops_in_front_of_a_character_that_does_not_fit()
    {
        int[] ids = [.. "a F0 9F 99 82 C3 a".Split(' ').Select(Id)];
        (int Consumed, string Text)[] expected = [(0, ""), (1, "a"), (1, "a"), (5, "a🙂"), (6, "a🙂\ufffd"), (7, "a🙂\ufffda")];
        for (int room = 0; room < expected.Length; room++)
        {
            char[] text = new char[room];
            OperationStatus status = Tokenizer.Decode(ids, text, out int consumed, out int written);
            Assert.Equal(room == 5 ? OperationStatus.Done : OperationStatus.DestinationTooSmall, status);
            Assert.Equal(expected[room], (consumed, new string(text, 0, written)));
        }

        Assert.Equal(OperationStatus.DestinationTooSmall, Tokenizer.Decode([Id("C3")], [], out int none, out _));
        Assert.Equal(0, none);
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Decode([Id("C3"), -1]));
    }

    private static int Id(string name) => name switch
    {
        "pad" => 0,
        "eos" => 1,
        "unk" => 2,
        "mark" => 259,
        "a" => 260,
        "b" => 261,
        "row" => Tokenizer.VocabularySize + 3,
        _ => 3 + Convert.ToInt32(name, 16),
    };
}
