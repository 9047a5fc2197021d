using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>Vocabularies that spell unknown characters in bytes. Byte b has id 3 + b; the expected values follow SentencePiece's rules.</summary>
public class ByteFallbackTests
{
    private const int Mark = 259;
    private const int A = 260;
    private const int B = 261;
    private const int Fi = 262;

    private static readonly T5Tokenizer Plain = Load(ModelFile.ByteFallback("▁", ("▁", -2), ("a", -1), ("b", -1), ("▁fi", -1)));
    private static readonly T5Tokenizer Mapped = Load(ModelFile.ByteFallback("▁", ("▁", -2), ("a", -1), ("b", -1), ("▁fi", -1)).CharacterMap(T5Map()));

    public static TheoryData<string, int[]> Spelled => new()
    {
        { "ab", [Mark, A, B] },
        { "a🙂", [Mark, A, .. Bytes("🙂")] },
        { "🙂", [Mark, .. Bytes("🙂")] },
        { "🙂é漢z", [Mark, .. Bytes("🙂é漢z")] },
        { "a é b", [Mark, A, Mark, .. Bytes("é"), Mark, B] },
        { "a\ud83d", [Mark, A, .. Bytes("\ufffd")] },
        { "\ude42\ud83d", [Mark, .. Bytes("\ufffd\ufffd")] },
        { "<0xC3>", [Mark, .. Bytes("<0xC3>")] },
        { "</s><unk>", [Mark, .. Bytes("</s><unk>"[..6]), .. Bytes("nk>")] },
        { "\0", [Mark, 3] },
    };

    [Theory]
    [InlineData(null)]
    [InlineData(TokenizerJson.Style.Converted)]
    public void All_is_as_in_SentencePiece(TokenizerJson.Style? style)
    {
        T5Tokenizer Load(ModelFile file) => style is { } form ? T5Tokenizer.Load(new MemoryStream(TokenizerJson.Of(file.ToArray(), form))) : ByteFallbackTests.Load(file);
        ModelFile words = Recorded("words");
        Dictionary<string, T5Tokenizer> tokenizers = new()
        {
            ["words"] = Load(words),
            ["words+map"] = Load(words.CharacterMap(T5Map())),
            ["no-mark+map"] = Load(Recorded("no-mark").CharacterMap(T5Map())),
        };
        int rows = 0;
        foreach (JsonElement row in Vocabularies.JsonLines(TestPaths.Golden("tokenizer/bytes/rows.jsonl.gz")))
        {
            T5Tokenizer tokenizer = tokenizers[row.GetProperty("model").GetString()!];
            int[] ids = Vocabularies.Ids(row.GetProperty("ids"));
            string decoded = row.GetProperty("decoded").GetString()!;
            char[] written = new char[decoded.Length];
            Assert.Equal(decoded, tokenizer.Decode(ids));
            Assert.Equal(OperationStatus.Done, tokenizer.Decode(ids, written, out int consumed, out int length));
            Assert.Equal((ids.Length, decoded), (consumed, new string(written, 0, length)));
            if (row.TryGetProperty("text", out JsonElement text))
            {
                IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(text.GetString()!, out _);
                Assert.Equal(ids, tokens.Select(token => token.Id));
                Assert.Equal(ids, tokenizer.EncodeToIds(text.GetString()!));
                Assert.Equal(row.GetProperty("offsets").EnumerateArray().Select(pair => pair[0].GetInt32()..pair[1].GetInt32()), tokens.Select(token => token.Offset));
            }

            rows++;
        }

        Assert.Equal(1_500, rows);
    }

    [Theory]
    [MemberData(nameof(Spelled))]
    public void An_unknown_character_becomes_the_bytes_of_its_UTF_8_form(string text, int[] expected)
    {
        // "a" and "b" stay pieces wherever they stand: bytes are the last resort.
        Assert.Equal(expected.Select(id => id == 3 + 'a' ? A : id == 3 + 'b' ? B : id), Plain.EncodeToIds(text));
        Assert.Equal(expected.Length, Plain.CountTokens(text));
        Assert.Equal([.. Plain.EncodeToIds(text), 1], Plain.Encode(text, 100));
    }

    [Fact]
    public void The_bytes_are_those_of_the_normalised_text()
    {
        Assert.Equal([Fi], Mapped.EncodeToIds("ﬁ"));
        Assert.Equal([Mark, .. Bytes("é")], Mapped.EncodeToIds("e\u0301"));
        Assert.Equal(["▁", "<0x6B>", "<0x67>"], Mapped.EncodeToTokens("㎏", out _).Select(token => token.Value));
        Assert.Equal([0..0, 0..0, 0..1], Mapped.EncodeToTokens("㎏", out _).Select(token => token.Offset));
        Assert.Empty(Mapped.EncodeToIds("\u0001"));
    }

    [Fact]
    public void The_last_byte_stands_for_the_character_and_the_others_for_nothing()
    {
        IReadOnlyList<EncodedToken> tokens = Plain.EncodeToTokens("  a🙂éa ", out _);
        Assert.Equal(["▁", "a", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "<0xC3>", "<0xA9>", "a"], tokens.Select(token => token.Value));
        Assert.Equal([2..2, 2..3, 3..3, 3..3, 3..3, 3..5, 5..5, 5..6, 6..7], tokens.Select(token => token.Offset));
    }

    [Fact]
    public void A_word_mark_that_is_no_piece_is_spelled_too()
    {
        T5Tokenizer tokenizer = Load(ModelFile.ByteFallback("", ("a", -1), ("▁b", -1)));
        int[] expected = [.. Bytes("▁"), 259, 260, .. Bytes("▁c▁d▁e▁f")];
        Assert.Equal(expected, tokenizer.EncodeToIds("a b c d e f"));
        Assert.Equal("▁a b▁c▁d▁e▁f", tokenizer.Decode(expected)); // As SentencePiece: only a piece's word mark is a space.
        Assert.Equal(3 * 200_000, tokenizer.CountTokens(string.Concat(Enumerable.Repeat("x ", 100_000))) + (2 * 100_000));
    }

    [Fact]
    public void A_length_cuts_ids_and_a_limit_of_the_base_class_whole_characters()
    {
        const string text = "a🙂b";
        int[] ids = [Mark, A, .. Bytes("🙂"), B];
        for (int n = 1; n <= ids.Length; n++)
        {
            int head = n is >= 3 and < 6 ? 2 : n;
            int tail = n is >= 2 and < 5 ? 1 : n;
            Assert.Equal([.. ids[..(n - 1)], 1], Plain.Encode(text, n));
            Assert.Equal(ids[..n], ids[..Plain.Encode(text, new int[n])]);
            Assert.Equal(ids[..head], Plain.EncodeToIds(text, n, out _, out int consumed));
            Assert.Equal(head switch { 1 => 0, 2 => 1, 6 => 3, _ => 4 }, consumed);
            Assert.Equal(consumed, Plain.GetIndexByTokenCount(text, n, out _, out int count));
            Assert.Equal(head, count);
            Assert.Equal(tail switch { 1 => 3, 5 => 1, _ => 0 }, Plain.GetIndexByTokenCountFromEnd(text, n, out _, out count));
            Assert.Equal(tail, count);
        }

        Assert.Equal("a\ufffd\ufffd", Plain.Decode(Plain.Encode(text, 5)));
    }

    [Fact]
    public void Every_string_comes_back()
    {
        Random random = new(11);
        for (int i = 0; i < 2_000; i++)
        {
            char[] units = new char[random.Next(1, 20)];
            for (int at = 0; at < units.Length; at++)
            {
                units[at] = random.Next(3) == 0 ? "ab é🙂\0"[random.Next(7)] : (char)random.Next(0x10000);
            }

            string expected = string.Join(' ', Valid(new string(units)).Replace('▁', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries));
            IReadOnlyList<int> ids = Plain.EncodeToIds(new string(units));
            char[] written = new char[expected.Length];
            Assert.DoesNotContain(ids, id => id < 3 || id > Fi);
            Assert.Equal(expected, Plain.Decode(ids).Trim(' '));
            if (!char.IsWhiteSpace(units[0]) && units[0] != '▁' && units[^1] != ' ' && units[^1] != '▁')
            {
                Assert.Equal(OperationStatus.Done, Plain.Decode(ids, written, out int consumed, out int length));
                Assert.Equal((ids.Count, expected), (consumed, new string(written, 0, length)));
            }
        }
    }

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static IEnumerable<int> Bytes(string text) => Encoding.UTF8.GetBytes(text).Select(b => 3 + b);

    private static ModelFile Recorded(string name) => new ModelFile().Raw(File.ReadAllBytes(TestPaths.Golden($"tokenizer/bytes/{name}.model")));

    private static byte[] T5Map() => VocabularyModelReader.Read(File.ReadAllBytes(Vocabularies.File(Vocabularies.T5)), "T5").CharacterMap;

    private static T5Tokenizer Load(ModelFile file) => T5Tokenizer.Load(new MemoryStream(file.ToArray()));
}
