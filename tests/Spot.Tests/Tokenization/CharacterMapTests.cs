using System.Text;
using System.Text.Json;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

public class CharacterMapTests
{
    [Theory]
    [InlineData(Vocabularies.T5)]
    [InlineData(Vocabularies.Tiny)]
    public void Every_code_point_is_mapped_as_in_SentencePiece(string name)
    {
        CharacterMap map = Load(name);
        Dictionary<int, string> expected = Vocabularies.Json(TestPaths.Golden($"tokenizer/{name}/charmap.json.gz")).EnumerateObject()
            .ToDictionary(rule => Convert.ToInt32(rule.Name, 16), rule => rule.Value.GetString()!);
        Assert.NotEmpty(expected);
        for (int point = 1; point < 0x110000; point++)
        {
            if (Rune.IsValid(point))
            {
                string text = new Rune(point).ToString();
                Assert.Equal(expected.GetValueOrDefault(point, text), Apply(map, text));
            }
        }
    }

    [Theory]
    [InlineData(Vocabularies.T5)]
    [InlineData(Vocabularies.Tiny)]
    public void Sequences_take_the_longest_rule(string name)
    {
        CharacterMap map = Load(name);
        JsonElement rows = Vocabularies.Json(TestPaths.Golden($"tokenizer/{name}/normalize.json"));
        Assert.NotEqual(0, rows.GetArrayLength());
        foreach (JsonElement row in rows.EnumerateArray())
        {
            Assert.Equal(row[1].GetString(), Apply(map, row[0].GetString()!));
        }
    }

    [Fact]
    public void Without_rules_nothing_changes()
    {
        CharacterMap map = new([], "test");
        Assert.Equal("ﬁ\u00a0x", Apply(map, "ﬁ\u00a0x"));
        Assert.DoesNotContain(false, map.PlainAscii());
    }

    private static CharacterMap Load(string name) =>
        new(VocabularyModelReader.Read(File.ReadAllBytes(Vocabularies.File(name)), name).CharacterMap, name);

    private static string Apply(CharacterMap map, string text)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(text);
        List<byte> mapped = [];
        while (!left.IsEmpty)
        {
            int taken = map.Match(left, out ReadOnlySpan<byte> replacement);
            if (taken == 0)
            {
                taken = TextNormalizer.Utf8Length(left[0]);
                replacement = left[..taken];
            }

            mapped.AddRange(replacement);
            left = left[taken..];
        }

        return Encoding.UTF8.GetString([.. mapped]);
    }
}
