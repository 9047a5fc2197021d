using System.Text.Json;
using Microsoft.ML.Tokenizers;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>Every row that SentencePiece gave, for both vocabularies.</summary>
public class GoldenTests
{
    /// <summary>Each vocabulary as its spiece.model and as every form of tokenizer.json.</summary>
    public static TheoryData<string, TokenizerJson.Style?> Readings()
    {
        TheoryData<string, TokenizerJson.Style?> readings = [];
        foreach (string name in new[] { Vocabularies.T5, Vocabularies.Tiny })
        {
            readings.Add(name, null);
            readings.Add(name, TokenizerJson.Style.Converted);
            readings.Add(name, TokenizerJson.Style.Split);
        }

        return readings;
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Generated_text_has_the_same_ids_and_decoding(string name, TokenizerJson.Style? style)
    {
        T5Tokenizer tokenizer = Vocabularies.Get(name, style);
        int rows = 0;
        foreach (JsonElement row in Vocabularies.JsonLines(TestPaths.Golden("tokenizer/generated.jsonl.gz")))
        {
            string text = row.GetProperty("text").GetString()!;
            int[] expected = Vocabularies.Ids(row.GetProperty(name).GetProperty("ids"));
            SameIds(expected, tokenizer.EncodeToIds(text), text);
            Assert.Equal(expected.Length, tokenizer.CountTokens(text));
            Assert.Equal(row.GetProperty(name).GetProperty("decoded").GetString(), tokenizer.Decode(expected));
            rows++;
        }

        Assert.NotEqual(0, rows);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Generated_text_has_the_same_offsets(string name, TokenizerJson.Style? style)
    {
        T5Tokenizer tokenizer = Vocabularies.Get(name, style);
        int rows = 0;
        foreach (JsonElement row in Vocabularies.JsonLines(TestPaths.Golden("tokenizer/generated.jsonl.gz")))
        {
            JsonElement offsets = row.GetProperty(name).GetProperty("offsets");
            if (offsets.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            string text = row.GetProperty("text").GetString()!;
            IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(text, out string? normalized);
            Range[] expected = [.. offsets.EnumerateArray().Select(pair => pair[0].GetInt32()..pair[1].GetInt32())];
            SameIds(Vocabularies.Ids(row.GetProperty(name).GetProperty("ids")), [.. tokens.Select(token => token.Id)], text);
            Assert.Equal(expected, tokens.Select(token => token.Offset));
            Assert.Null(normalized);
            rows++;
        }

        Assert.NotEqual(0, rows);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Long_text_is_cut_before_the_end_of_sequence(string name, TokenizerJson.Style? style)
    {
        foreach (JsonElement row in Rows("truncate.json"))
        {
            string text = row.GetProperty("text").GetString()!;
            int[] actual = Vocabularies.Get(name, style).Encode(text, row.GetProperty("max_length").GetInt32());
            SameIds(Vocabularies.Ids(row.GetProperty(name)), actual, text);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(TokenizerJson.Style.Converted)]
    public void Arbitrary_ids_decode_to_the_same_text(TokenizerJson.Style? style)
    {
        foreach (JsonElement row in Rows("decode.json"))
        {
            T5Tokenizer tokenizer = Vocabularies.Get(row.GetProperty("model").GetString()!, style);
            int[] ids = Vocabularies.Ids(row.GetProperty("ids"));
            string expected = row.GetProperty("text").GetString()!;
            Assert.Equal(expected, tokenizer.Decode(ids));

            char[] written = new char[expected.Length];
            Assert.Equal(System.Buffers.OperationStatus.Done, tokenizer.Decode(ids, written, out int consumed, out int length));
            Assert.Equal((ids.Length, expected), (consumed, new string(written, 0, length)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(TokenizerJson.Style.Converted)]
    public void Sentinels_stand_between_stretches_of_text(TokenizerJson.Style? style)
    {
        foreach (JsonElement row in Rows("sentinels.json"))
        {
            string text = row.GetProperty("text").GetString()!;
            SameIds(Vocabularies.Ids(row.GetProperty(Vocabularies.T5)), Vocabularies.Get(Vocabularies.T5, style).EncodeWithSentinels(text), text);
        }
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Real_text_has_the_same_ids(string name, TokenizerJson.Style? style)
    {
        string? path = TestPaths.Shared("golden/tokenizer/real.jsonl.gz");
        if (path is null)
        {
            Assert.Skip("golden/tokenizer/real.jsonl.gz is not in the shared folder: its text is not ours to publish. Set SPOT_SHARED to a folder that has it.");
        }

        T5Tokenizer tokenizer = Vocabularies.Get(name, style);
        List<int> ids = [];
        foreach (JsonElement row in Vocabularies.JsonLines(path))
        {
            string text = row.GetProperty("text").GetString()!;
            ids.Clear();
            tokenizer.Encode(text, ids);
            SameIds(Vocabularies.Ids(row.GetProperty(name)), ids, text);
        }
    }

    private static JsonElement.ArrayEnumerator Rows(string name)
    {
        JsonElement rows = Vocabularies.Json(TestPaths.Golden("tokenizer/" + name));
        Assert.NotEqual(0, rows.GetArrayLength());
        return rows.EnumerateArray();
    }

    private static void SameIds(int[] expected, IReadOnlyList<int> actual, string text) =>
        Assert.True(expected.SequenceEqual(actual), $"'{text}'\nexpected {string.Join(' ', expected)}\nfound    {string.Join(' ', actual)}");
}
