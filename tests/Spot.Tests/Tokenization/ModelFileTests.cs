using System.Text;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>What is read as a vocabulary, and one clear error for everything else.</summary>
public class ModelFileTests
{
    public static TheoryData<string, byte[], string> BadFiles => new()
    {
        { "empty", [], "holds no pieces" },
        { "text", "hello, this is not a model"u8.ToArray(), "not a SentencePiece model" },
        { "LFS pointer", "version https://git-lfs.github.com/spec/v1\n"u8.ToArray(), "Git LFS pointer" },
        { "number without end", Good().Raw(0x80, 0x80).ToArray(), "cut short" },
        { "number of 70 bits", Good().Raw(0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F).ToArray(), "more than 64 bits" },
        { "number of 77 bits", Good().Raw(0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01).ToArray(), "more than 64 bits" },
        { "field 0", Good().Raw(0x02, 0x00).ToArray(), "field number 0" },
        { "group", Good().Raw(0x23).ToArray(), "wire type 3" },
        { "piece that is a number", Good().Raw(0x08, 0x01).ToArray(), "wire type 0, expected 2" },
        { "length beyond the file", Good().Raw(0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01).ToArray(), "cut short" },
        { "BPE", Good().Trainer(3, 2).ToArray(), "BPE, expected Unigram" },
        { "character model", Good().Trainer(3, 4).ToArray(), "character, expected Unigram" },
        { "unheard-of model", Good().Trainer(3, 77).ToArray(), "type 77, expected Unigram" },
        { "byte fallback without bytes", Good().Trainer(35, 1).ToArray(), "byte_fallback is true, but there is no piece '<0x00>' of type Byte" },
        { "byte fallback without one byte", Bytes(255).Trainer(35, 1).ToArray(), "no piece '<0xFF>'" },
        { "byte of type Normal", Bytes(255).Piece("<0xFF>", -1, ModelFile.Normal).Trainer(35, 1).ToArray(), "no piece '<0xFF>'" },
        { "byte written in another way", Bytes(255).Piece("<0xff>", 0, ModelFile.Byte).Trainer(35, 1).ToArray(), "piece 261 ('<0xff>') is of type Byte, expected a name" },
        { "byte twice", Bytes(256).Piece("<0x07>", 0, ModelFile.Byte).Trainer(35, 1).ToArray(), "are both '<0x07>'" },
        { "bytes without byte fallback", Bytes(256).ToArray(), "of type Byte, but byte_fallback is false" },
        { "some sentinels", Good().Sentinels("▁", 99).ToArray(), "'<extra_id_99>' is missing" },
        { "sentinel twice", Good().Sentinels("▁").Piece("<extra_id_7>", 0, ModelFile.UserDefined).ToArray(), "piece 98 and piece 106 are both the sentinel '<extra_id_7>'" },
        { "sentinel beyond the last", Good().Sentinels("▁", 101).ToArray(), "piece 6 ('▁<extra_id_100>') is of type UserDefined" },
        { "piece of no type", Good().Piece("x", 0, 7).ToArray(), "of type 7, expected 1 to 6" },
        { "suffix white space", Good().Trainer(24, 1).ToArray(), "treat_whitespace_as_suffix" },
        { "no dummy prefix", Good().Normalizer(3, 0).ToArray(), "add_dummy_prefix" },
        { "white space kept", Good().Normalizer(4, 0).ToArray(), "remove_extra_whitespaces" },
        { "white space not escaped", Good().Normalizer(5, 0).ToArray(), "escape_whitespaces" },
        { "duplicate", Good().Piece("a", -1, ModelFile.Normal).ToArray(), "piece 4 and piece 6 are both 'a'" },
        { "empty piece", Good().Piece("", -1, ModelFile.Normal).ToArray(), "piece 6 is empty" },
        { "zero in a piece", Good().Piece("x\0", -1, ModelFile.Normal).ToArray(), "piece 6 is empty or holds U+0000" },
        { "piece that is not UTF-8", Good().Piece([0xC3], -1, ModelFile.Normal).ToArray(), "piece 6 is not UTF-8" },
        { "score that is no number", Good().Piece("x", float.NaN, ModelFile.Normal).ToArray(), "the score of piece 6 ('x') is NaN" },
        { "score whose sum would be infinite", Good().Piece("x", -2e37f, ModelFile.Normal).ToArray(), "the score of piece 6 ('x') is -2E+37" },
        { "user-defined piece", Good().Piece("x", 0, ModelFile.UserDefined).ToArray(), "of type UserDefined" },
        { "byte piece", Good().Piece("<0x0A>", 0, ModelFile.Byte).ToArray(), "of type Byte" },
        { "BPE with byte pieces", Good().Piece("<0x0A>", 0, ModelFile.Byte).Trainer(3, 2).ToArray(), "BPE, expected Unigram" },
        { "map to what is not UTF-8", Good().CharacterMap([0, 4, 0, 0, .. new byte[1024], 0xC3, 0]).ToArray(), "not UTF-8" },
        { "two unknowns", Good().Piece("<unk2>", 0, ModelFile.Unknown).ToArray(), "piece 2 and piece 6 are both of type Unknown" },
        { "no unknown", new ModelFile().Piece("a", -1, ModelFile.Normal).ToArray(), "of type Unknown" },
        { "only names", ModelFile.WithPieces().ToArray(), "of type Normal" },
        { "no padding", Good().Trainer(43, -1).ToArray(), "pad_id is -1" },
        { "end of sequence outside", Good().Trainer(42, 99).ToArray(), "eos_id is 99, expected 0 to 5" },
        { "end of sequence that is text", Good().Trainer(42, 4).ToArray(), "eos_id 4 is a piece of type Normal" },
        { "short map", Good().CharacterMap([1, 2]).ToArray(), "character map" },
        { "map beyond the file", Good().CharacterMap([0, 4, 0, 0, 7, 0]).ToArray(), "character map" },
        { "map that points outside", Good().CharacterMap([0, 4, 0, 0, .. Enumerable.Repeat((byte)0x7F, 1024), 0]).ToArray(), "unit 0 points nowhere" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_one_clear_error(string what, byte[] bytes, string expected)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => T5Tokenizer.Load(new MemoryStream(bytes)));
        Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {error.Message}");
        Assert.StartsWith("The stream", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_an_error()
    {
        byte[] bytes = File.ReadAllBytes(Vocabularies.File(Vocabularies.Tiny));
        Random random = new(1);
        for (int i = 0; i < 25; i++)
        {
            byte[] cut = bytes[..random.Next(bytes.Length)];
            Assert.Throws<InvalidDataException>(() => T5Tokenizer.Load(new MemoryStream(cut)));
        }
    }

    [Fact]
    public void A_file_with_wrong_bytes_loads_or_is_an_error()
    {
        byte[] bytes = File.ReadAllBytes(Vocabularies.File(Vocabularies.Tiny));
        string text = string.Concat(Enumerable.Range(1, 0xFFFF).Select(unit => $"{(char)unit}{(char)(unit % 0x600)}"));
        Random random = new(2);
        for (int i = 0; i < 25; i++)
        {
            byte[] wrong = [.. bytes];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                wrong[random.Next(wrong.Length)] = (byte)random.Next(256);
            }

            try
            {
                T5Tokenizer.Load(new MemoryStream(wrong)).EncodeToIds(text);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void An_absent_file_says_what_to_do()
    {
        string path = Path.Combine(TestPaths.RepositoryRoot, "models", "nowhere", "spiece.model");
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => T5Tokenizer.Load(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("beside its config.json", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => T5Tokenizer.Load(" "));
        Assert.Throws<ArgumentNullException>(() => T5Tokenizer.Load((Stream)null!));
    }

    [Fact]
    public void A_folder_stands_for_its_vocabulary_and_errors_name_the_file()
    {
        Assert.Equal(8_100, T5Tokenizer.Load(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny")).VocabularySize);
        string solution = Path.Combine(TestPaths.RepositoryRoot, "Spot.sln");
        Assert.Contains(solution, Assert.Throws<InvalidDataException>(() => T5Tokenizer.Load(solution)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Special_ids_come_from_the_file()
    {
        byte[] bytes = new ModelFile()
            .Piece("a", -1, ModelFile.Normal).Piece("▁", -2, ModelFile.Normal).Piece("?", 0, ModelFile.Unknown)
            .Piece("<end>", 0, ModelFile.Control).Piece("<fill>", 0, ModelFile.Control)
            .Trainer(42, 3).Trainer(43, 4).Trainer(41, -1).ToArray();
        T5Tokenizer tokenizer = T5Tokenizer.Load(new MemoryStream(bytes));
        Assert.Equal((105, 4, 3, 2, 104), (tokenizer.VocabularySize, tokenizer.PadId, tokenizer.EosId, tokenizer.UnknownId, tokenizer.SentinelId(0)));
        Assert.Equal([1, 0, 2, 0, 3], tokenizer.Encode("a<end>?a", 100));
    }

    [Fact]
    public void A_tie_keeps_the_first_candidate_and_an_unused_piece_is_never_found()
    {
        byte[] bytes = ModelFile.WithPieces(("▁", -1), ("a", -1), ("b", -1), ("ab", -2), ("▁a", -2), ("abab", -9)).Piece("aba", 100, 5).ToArray();
        T5Tokenizer tokenizer = T5Tokenizer.Load(new MemoryStream(bytes));
        Assert.Equal(["▁a"], tokenizer.EncodeToTokens("a", out _).Select(token => token.Value));
        Assert.Equal(["▁", "ab"], tokenizer.EncodeToTokens("ab", out _).Select(token => token.Value));
        Assert.Equal(["▁", "ab", "a"], tokenizer.EncodeToTokens("aba", out _).Select(token => token.Value));
        Assert.Equal("aba", tokenizer.Decode([9]));
    }

    private static ModelFile Bytes(int count) =>
        Enumerable.Range(0, count).Aggregate(Good(), (file, value) => file.Piece($"<0x{value:X2}>", 0, ModelFile.Byte));

    private static ModelFile Good() => ModelFile.WithPieces(("▁", -2), ("a", -1), ("b", -1));
}
