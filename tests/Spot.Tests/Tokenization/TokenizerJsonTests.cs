using System.Text;
using System.Text.Json.Nodes;
using Spot.Backbone;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>What of a tokenizer.json is read, and one clear error with file and place for everything else. Equal ids are in <see cref="GoldenTests"/>.</summary>
public sealed class TokenizerJsonTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>What is changed in a good file, and what is then said of it.</summary>
    public static TheoryData<string, string, string> BadFiles => new()
    {
        { "model.type", "\"BPE\"", "'model.type' is 'BPE', expected 'Unigram'" },
        { "model.type", "\"WordPiece\"", "'model.type' is 'WordPiece', expected 'Unigram'" },
        { "model.type", "\"WordLevel\"", "'model.type' is 'WordLevel', expected 'Unigram'" },
        { "model.type", "7", "'model.type' is 7, expected a text" },
        { "model", "null", "found no 'model'" },
        { "model", "[]", "'model' is [], expected an object" },
        { "model.unk_id", "null", "'model.unk_id' is missing" },
        { "model.unk_id", "106", "'model.unk_id' is 106, expected a whole number from 0 to 105" },
        { "model.unk_id", "1.5", "'model.unk_id' is 1.5, expected a whole number" },
        { "model.vocab", "null", "'model.vocab' is missing" },
        { "model.vocab", "{\"a\": 1}", "'model.vocab' is {\"a\": 1}, expected a list" },
        { "model.vocab", "[]", "'model.unk_id' is 2" },
        { "model.vocab[4]", "\"a\"", "'model.vocab[4]' is \"a\", expected a list of a piece and its score" },
        { "model.vocab[4]", "[\"a\"]", "'model.vocab[4]' is [\"a\"], expected a list" },
        { "model.vocab[4]", "[-1, \"a\"]", "'model.vocab[4]' is [-1, \"a\"], expected a list" },
        { "model.vocab[4]", "[\"a\", \"NaN\"]", "'model.vocab[4]' is [\"a\", \"NaN\"], expected a list" },
        { "model.vocab[4]", "[\"a\", null]", "'model.vocab[4]' is [\"a\", null], expected a list" },
        { "model.vocab[4]", "[\"\\ud83d\", -1]", "'model.vocab[4]' is [" },
        { "model.vocab[4]", "[\"a\", 1e999]", "the score of model.vocab[4] ('a') is Infinity" },
        { "model.vocab[4]", "[\"a\", -2e37]", "the score of model.vocab[4] ('a') is -2E+37" },
        { "model.vocab[4]", "[\"\", -1]", "model.vocab[4] is empty" },
        { "model.vocab[4]", "[\"x\\u0000\", -1]", "model.vocab[4] is empty or holds U+0000" },
        { "model.vocab[4]", "[\"b\", -1]", "model.vocab[4] and model.vocab[5] are both 'b'" },
        { "model.byte_fallback", "true", "there is no piece '<0x00>'" },
        { "model.byte_fallback", "1", "'model.byte_fallback' is 1, expected true or false" },
        { "model.vocab[0]", "[\"<p>\", 0]", "'added_tokens[0]' is '<pad>' with the id 0, but 'model.vocab[0]' is '<p>'" },
        { "model.vocab[6]", "[\"<extra_id_100>\", 0]", "'added_tokens[3]' is '<extra_id_99>' with the id 6, but 'model.vocab[6]' is '<extra_id_100>'" },
        { "added_tokens", "{}", "'added_tokens' is {}, expected a list" },
        { "added_tokens[3]", "5", "'added_tokens[3]' is 5, expected an object" },
        { "added_tokens[3].id", "-1", "'added_tokens[3].id' is -1, expected a whole number" },
        { "added_tokens[3].id", "null", "'added_tokens[3].id' is missing" },
        { "added_tokens[3].content", "null", "'added_tokens[3].content' is missing" },
        { "added_tokens[3]", "{\"id\": 4, \"content\": \"a\", \"special\": false}", "'added_tokens[3]' is 'a', at which text is cut" },
        { "added_tokens[3]", "{\"id\": 107, \"content\": \"<x>\", \"special\": true}", "'added_tokens[3].id' is 107, expected 106" },
        { "added_tokens[3]", "{\"id\": 106, \"content\": \"b\", \"special\": true}", "model.vocab[5] and added_tokens[3] are both 'b'" },
        { "added_tokens[3]", "{\"id\": 106, \"content\": \"<extra_id_7>\", \"special\": true}", "model.vocab[98] and added_tokens[3] are both '<extra_id_7>'" },
        { "normalizer", "{\"type\": \"BertNormalizer\"}", "'normalizer.type' is 'BertNormalizer', expected one of T5's steps" },
        { "normalizer", "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Lowercase\"}]}", "'normalizer.normalizers[0].type' is 'Lowercase'" },
        { "normalizer", "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFKC\"}, {\"type\": \"Nmt\"}]}", "'normalizer.normalizers[1].type' is 'Nmt'" },
        { "normalizer", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"?\"}", "'normalizer.precompiled_charsmap' is not Base64" },
        { "normalizer.normalizers[0].precompiled_charsmap", "\"AQID\"", "character map is damaged" },
        { "normalizer", "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a+\"}, \"content\": \"b\"}", "'normalizer' replaces 'a+' by 'b'" },
        { "normalizer", "{\"type\": \"Replace\", \"pattern\": {\"String\": \"``\"}, \"content\": \"'\"}", "'normalizer' replaces '``' by '''" },
        { "normalizer", "null", "leaves runs of spaces as they are" },
        { "normalizer", "{}", "'normalizer.type' is ''" },
        { "pre_tokenizer", "null", "'pre_tokenizer' has no Metaspace" },
        { "pre_tokenizer", "{\"type\": \"Whitespace\"}", "'pre_tokenizer.type' is 'Whitespace', expected T5's" },
        { "pre_tokenizer", "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Digits\"}]}", "'pre_tokenizer.pretokenizers[0].type' is 'Digits'" },
        { "pre_tokenizer.replacement", "\"_\"", "'pre_tokenizer.replacement' is '_'" },
        { "pre_tokenizer.prepend_scheme", "\"never\"", "prepend_scheme 'never'" },
        { "post_processor.type", "\"BertProcessing\"", "'post_processor.type' is 'BertProcessing'" },
        { "post_processor.single", "[]", "'post_processor.single' is not the text" },
        { "post_processor.single[1]", "{\"SpecialToken\": {\"id\": \"</x>\"}}", "has no piece '</x>', expected the end of sequence" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_one_clear_error_with_its_name_and_place(string place, string json, string expected)
    {
        string message = Fails(Write(place, json));
        Assert.True(message.Contains(expected, StringComparison.Ordinal), message);
        Assert.StartsWith($"'{At("tokenizer.json")}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_bytes_are_refused()
    {
        string good = Good().ToJsonString();
        foreach (byte[] bytes in new[]
        {
            "{"u8.ToArray(), "{}"u8.ToArray(), "null"u8.ToArray(), [], [0xFF, 0xFE, (byte)'{'], Encoding.UTF8.GetBytes(good + "x"), Encoding.UTF8.GetBytes(good[..^1]),
            Encoding.UTF8.GetBytes(good.Replace("\"unk_id\":2", "\"unk_id\":2,\"unk_id\":3", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(good.Replace("-1", "NaN", StringComparison.Ordinal)),
            "version https://git-lfs.github.com/spec/v1\n"u8.ToArray(),
            Encoding.UTF8.GetBytes("{\"normalizer\":" + string.Concat(Enumerable.Repeat("{\"type\":\"Sequence\",\"normalizers\":[", 100_000))),
        })
        {
            File.WriteAllBytes(At("tokenizer.json"), bytes);
            Fails(At("tokenizer.json"));
        }

        using (FileStream large = File.Create(At("tokenizer.json")))
        {
            large.Write("{"u8);
            large.SetLength((1 << 26) + 1L); // no more of it is read than its length
        }

        Assert.Contains("expected at most 67108864", Fails(At("tokenizer.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_small_values_cost_a_multiple_of_the_file_and_no_more()
    {
        const int count = 4_000_000;
        File.WriteAllText(At("tokenizer.json"), "{\"model\":{\"unk_id\":0,\"vocab\":[" + string.Concat(Enumerable.Repeat("1,", count)) + "1]},\"pre_tokenizer\":" + Good()["pre_tokenizer"]!.ToJsonString()
            + ",\"normalizer\":" + Good()["normalizer"]!.ToJsonString() + "}");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("4000001 pieces, expected at most", Fails(At("tokenizer.json")), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (64 << 20) + (32L * 2 * count));
    }

    [Fact]
    public void Special_tokens_are_never_text_and_sentinels_are_where_the_file_has_them()
    {
        JsonObject file = Good();
        file["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id": 106, "content": "<sep>", "special": true}"""));
        file["model"]!["vocab"]!.AsArray()[4] = JsonNode.Parse("""["<", -1]""");
        T5Tokenizer tokenizer = Load(file);
        Assert.Equal((107, 0, 1, 2, 105, 6), (tokenizer.VocabularySize, tokenizer.PadId, tokenizer.EosId, tokenizer.UnknownId, tokenizer.SentinelId(0), tokenizer.SentinelId(99)));
        Assert.Equal("<sep>", tokenizer.Piece(106));
        Assert.DoesNotContain(tokenizer.EncodeToIds("<sep> <pad> </s> <extra_id_0>"), id => id is < 2 or > 5);
        Assert.Equal("b", tokenizer.Decode([0, 5, 106, 1]));
        Assert.Equal([3, 5, 105, 3, 5], tokenizer.EncodeWithSentinels("b<extra_id_0>b"));
    }

    [Fact]
    public void Sentinels_may_be_added_in_another_order()
    {
        JsonObject file = JsonNode.Parse(TokenizerJson.Of(ModelFile.WithPieces(("▁", -2), ("a", -1)).ToArray(), TokenizerJson.Style.Split))!.AsObject();
        JsonArray added = file["added_tokens"]!.AsArray();
        foreach (JsonNode? token in added.Skip(3))
        {
            token!["content"] = $"<extra_id_{(int)token["id"]! - 5}>";
        }

        T5Tokenizer tokenizer = Load(file);
        Assert.Equal((105, 5, 104), (tokenizer.VocabularySize, tokenizer.SentinelId(0), tokenizer.SentinelId(99)));
    }

    [Fact]
    public void A_piece_for_every_byte_spells_what_is_unknown_though_converters_leave_the_flag_out()
    {
        byte[] model = ModelFile.ByteFallback("▁", ("▁", -2), ("a", -1)).ToArray();
        JsonObject file = TokenizerJson.Tree(model, TokenizerJson.Style.Converted);
        file["model"]!["byte_fallback"] = false;
        foreach (string text in new[] { "a🙂a", "<0xC3>", "é" })
        {
            Assert.Equal(T5Tokenizer.Load(new MemoryStream(model)).EncodeToIds(text), Load(file).EncodeToIds(text));
        }
    }

    [Fact]
    public void Without_a_character_map_splitting_takes_every_white_space_for_a_space()
    {
        JsonObject file = TokenizerJson.Tree(ModelFile.WithPieces(("▁", -2), ("a", -1), ("b", -1)).ToArray(), TokenizerJson.Style.Split);
        file["normalizer"] = null;
        T5Tokenizer tokenizer = Load(file);
        Assert.Equal([3, 4, 3, 5], tokenizer.EncodeToIds("\ta\u00A0\r\n\u3000b\u2028"));
        Assert.Equal([1..1, 1..2, 2..4, 4..5], tokenizer.EncodeToTokens("\ta\t\tb", out _).Select(token => token.Offset));
    }

    [Fact]
    public void A_folder_gives_its_model_first_and_else_its_json_and_an_absent_vocabulary_names_both()
    {
        string model = At("spiece.model");
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer.json"), Good().ToJsonString());
        Assert.Equal(106, T5Tokenizer.Load(_folder.Path).VocabularySize);
        File.WriteAllBytes(model, ModelFile.WithPieces(("a", -1)).ToArray());
        Assert.Equal(104, T5Tokenizer.Load(_folder.Path).VocabularySize);
        File.Delete(model);
        File.Delete(At("tokenizer.json"));
        string message = Assert.Throws<FileNotFoundException>(() => T5Tokenizer.Load(_folder.Path)).Message;
        Assert.Contains("expected spiece.model or tokenizer.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_kind_of_tokenizer_is_refused_by_the_kinds_name()
    {
        string? folder = TestPaths.Shared("golden/formats/peft/t5");
        Assert.SkipWhen(folder is null, "golden/formats/peft/t5 is not in the shared folder. Set SPOT_SHARED to a folder that has it.");
        string message = Assert.Throws<InvalidDataException>(() => T5Backbone.Load(folder)).Message;
        Assert.Equal(
            $"'{Path.Combine(folder, "tokenizer.json")}': 'model.type' is 'WordLevel', expected 'Unigram', as T5's and mT5's tokenizers are. Use the checkpoint's spiece.model if it has one.", message);
    }

    private static JsonObject Good() =>
        TokenizerJson.Tree(ModelFile.WithPieces(("▁", -2), ("a", -1), ("b", -1)).ToArray(), TokenizerJson.Style.Converted);

    private static T5Tokenizer Load(JsonObject file) => T5Tokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(file.ToJsonString())));

    private static string Fails(string path) => Assert.Throws<InvalidDataException>(() => T5Tokenizer.Load(path)).Message;

    // Sets the value at a place such as model.vocab[4] of a good file; as text, since JsonNode would not take every value.
    private string Write(string place, string json)
    {
        const string marker = "the changed value";
        JsonNode root = Good(), at = root;
        string[] steps = place.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (string step in steps[..^1])
        {
            at = step[0] == '[' ? at[int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)]! : at[step]!;
        }

        if (steps[^1][0] == '[')
        {
            at[int.Parse(steps[^1][1..^1], System.Globalization.CultureInfo.InvariantCulture)] = marker;
        }
        else
        {
            at[steps[^1]] = marker;
        }

        File.WriteAllText(At("tokenizer.json"), root.ToJsonString().Replace($"\"{marker}\"", json, StringComparison.Ordinal));
        return At("tokenizer.json");
    }

    private string At(string name) => Path.Combine(_folder.Path, name);
}
