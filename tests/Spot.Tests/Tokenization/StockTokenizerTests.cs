using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Spot.Tests.Tokenization;

/// <summary>
/// Why the tokenizer is ours: what Microsoft.ML.Tokenizers' own class for SentencePiece's Unigram models makes of the golden rows, which
/// <see cref="GoldenTests"/> holds ours to. Where one of these fails after an update of that package, docs/design.md is to be read again.
/// </summary>
public class StockTokenizerTests
{
    [Theory]
    [InlineData(Vocabularies.T5)]
    [InlineData(Vocabularies.Tiny)]
    public void It_does_not_load_a_vocabulary_without_a_begin_of_sequence(string name)
    {
        using FileStream model = File.OpenRead(Vocabularies.File(name));
        Assert.Throws<IndexOutOfRangeException>(() => SentencePieceTokenizer.Create(model, addBeginningOfSentence: false, addEndOfSentence: true));
    }

    // Text, what SentencePiece gives, what the class gives of the published T5 vocabulary, in which 2 is the unknown token and 3 a lone word mark.
    [Theory]
    [InlineData("````", new[] { 3, 2 }, new[] { 3, 2, 2, 2, 2 })] // neighbouring unknown characters are one
    [InlineData("🙂🙂🙂", new[] { 3, 2 }, new[] { 3, 2, 2, 2 })]
    [InlineData("漢字 ", new[] { 3, 2 }, new[] { 3, 2, 2 })]
    [InlineData("1,000,000.\u0001\t", new[] { 209, 23916, 5 }, new[] { 209, 23916, 5, 2 })] // the character map deletes control characters
    [InlineData("do \u001F\twe  ", new[] { 103, 62 }, new[] { 103, 3, 2, 62 })]
    [InlineData("\u007F  ", new int[0], new[] { 3, 2 })]
    public void It_gives_other_ids_for_unknown_and_for_deleted_characters(string text, int[] expected, int[] stock)
    {
        JsonElement row = Rows().Single(row => row.GetProperty("text").GetString() == text);
        Assert.Equal(expected, Vocabularies.Ids(row.GetProperty(Vocabularies.T5).GetProperty("ids")));
        Assert.Equal(expected, Vocabularies.Get(Vocabularies.T5).EncodeToIds(text));
        Assert.Equal(stock, Patched(Vocabularies.T5).EncodeToIds(text));
    }

    [Theory]
    [InlineData(Vocabularies.T5, 930, 103, 1_763)]
    [InlineData(Vocabularies.Tiny, 1_417, 100, 2_210)]
    public void Of_3165_rows_many_differ(string name, int ids, int idsWithUnknownsMerged, int decodings)
    {
        SentencePieceTokenizer stock = Patched(name);
        int rows = 0, different = 0, left = 0, decoded = 0;
        foreach (JsonElement row in Rows())
        {
            JsonElement golden = row.GetProperty(name);
            int[] expected = Vocabularies.Ids(golden.GetProperty("ids"));
            IReadOnlyList<int> found = stock.EncodeToIds(row.GetProperty("text").GetString()!);
            rows++;
            different += expected.SequenceEqual(found) ? 0 : 1;
            left += expected.SequenceEqual(Merged(found)) ? 0 : 1;
            decoded += stock.Decode(expected) == golden.GetProperty("decoded").GetString() ? 0 : 1;
        }

        Assert.Equal((3_165, ids, idsWithUnknownsMerged, decodings), (rows, different, left, decoded));
    }

    [Fact]
    public void Its_decoding_leaves_unknowns_out()
    {
        int[] ids = Vocabularies.Get(Vocabularies.T5).EncodeToIds("a 🙂 b").ToArray();
        Assert.Equal("a  \u2047  b", Vocabularies.Get(Vocabularies.T5).Decode(ids));
        Assert.Equal("a  b", Patched(Vocabularies.T5).Decode(ids));
    }

    [Fact]
    public void Sentinels_that_it_is_told_of_are_found_in_a_users_text()
    {
        const string text = "a <extra_id_0> b";
        Assert.DoesNotContain(32_099, Vocabularies.Get(Vocabularies.T5).EncodeToIds(text));
        Assert.Contains(32_099, Patched(Vocabularies.T5, new Dictionary<string, int> { ["<extra_id_0>"] = 32_099 }).EncodeToIds(text));
    }

    private static IEnumerable<JsonElement> Rows() => Vocabularies.JsonLines(TestPaths.Golden("tokenizer/generated.jsonl.gz"));

    // With what makes it load: trainer_spec { bos_id: 0 } behind the file, which protobuf merges into the one before.
    private static SentencePieceTokenizer Patched(string name, Dictionary<string, int>? special = null) => SentencePieceTokenizer.Create(
        new MemoryStream([.. File.ReadAllBytes(Vocabularies.File(name)), 0x12, 0x03, 0xC8, 0x02, 0x00]), addBeginningOfSentence: false, addEndOfSentence: false, special);

    private static IEnumerable<int> Merged(IReadOnlyList<int> ids) => ids.Where((id, i) => id != 2 || i == 0 || ids[i - 1] != 2);
}
