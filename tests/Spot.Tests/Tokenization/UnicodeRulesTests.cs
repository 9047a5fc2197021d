using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Spot.Tokenization;

namespace Spot.Tests.Tokenization;

/// <summary>
/// NMT's rules and NFKC by name, against SentencePiece's table of the same rules. Tests run without Unicode's tables, so those that need them run in
/// a process of their own.
/// </summary>
public class UnicodeRulesTests
{
    private const string Switch = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";
    private static readonly bool HasTables = "\uFB01".Normalize(NormalizationForm.FormKC) == "fi";
    private static readonly Lazy<UnicodeRules> Rules = new(() => new UnicodeRules(nmt: true, compatibility: true, whiteSpace: false));

    [Fact]
    public async Task All_holds_where_the_system_has_Unicodes_tables()
    {
        Assert.SkipWhen(HasTables, "This process has them.");
        bool installed = !OperatingSystem.IsLinux() || Enumerable.Range(50, 60).Any(version => NativeLibrary.TryLoad($"libicuuc.so.{version}", out _));
        Assert.SkipUnless(installed, "ICU is not installed.");
        await ChildProcess.RunTestsAsync(["-class", typeof(UnicodeRulesTests).FullName!], Switch, "0");
    }

    [Fact]
    public void Without_the_tables_the_error_says_what_to_do()
    {
        Assert.SkipWhen(HasTables, "This process has them.");
        Assert.Contains("Set InvariantGlobalization to false", Assert.Throws<SpotException>(() => new UnicodeRules(false, true, false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\u0001b\tc\u200Bd\uFEFF", "ab c d ")]
    [InlineData("\u0085x\u3000", "\u0085x\u3000")]
    [InlineData("ﬁé漢🙂", "ﬁé漢🙂")]
    public void NMTs_rules_need_no_tables(string text, string expected) => Assert.Equal(expected, Apply(new UnicodeRules(nmt: true, compatibility: false, whiteSpace: false), text));

    [Theory]
    [InlineData("a\u0085\u3000\u2028\tb", "a    b")]
    public void White_space_needs_no_tables(string text, string expected) => Assert.Equal(expected, Apply(new UnicodeRules(nmt: false, compatibility: false, whiteSpace: true), text));

    [Fact]
    public void Code_points_are_mapped_as_in_SentencePieces_table()
    {
        Dictionary<int, string> expected = Vocabularies.Json(TestPaths.Golden("tokenizer/t5/charmap.json.gz")).EnumerateObject()
            .ToDictionary(rule => Convert.ToInt32(rule.Name, 16), rule => rule.Value.GetString()!);
        List<string> other = [];

        // Where the table has no rule only the first blocks are compared: in the others the system's tables know newer characters.
        foreach (int point in Enumerable.Range(1, 0x31FF).Union(expected.Keys).Where(Rune.IsValid))
        {
            if (Apply(new Rune(point).ToString()) != expected.GetValueOrDefault(point, new Rune(point).ToString()))
            {
                other.Add($"{point:X4}");
            }
        }

        Assert.Equal([], other);
    }

    [Fact]
    public void Sequences_compose_as_in_SentencePieces_table()
    {
        List<string> other = [];
        foreach (JsonElement row in Vocabularies.Json(TestPaths.Golden("tokenizer/t5/normalize.json")).EnumerateArray())
        {
            // The table cannot put marks into another order; where that is not asked for it gives the form KC.
            if (row[1].GetString()!.IsNormalized(NormalizationForm.FormKC) && Apply(row[0].GetString()!) != row[1].GetString())
            {
                other.Add(row[0].GetRawText() + row[1].GetRawText());
            }
        }

        Assert.Equal([], other);
    }

    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("a\u0001b\tc", "ab c")]
    [InlineData("e\u0001\u0301x", "éx")]
    [InlineData("ｶﾞ", "ガ")]
    [InlineData("\u1100\u1161\u11A8", "각")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("①ﬁ™", "1fiTM")]
    [InlineData("漢字🙂", "漢字🙂")]
    public void By_hand(string text, string expected) => Assert.Equal(expected, Apply(text));

    [Fact]
    public void Endless_marks_are_cut_into_stretches() =>
        Assert.Equal(100_001, Apply("q" + string.Concat(Enumerable.Repeat("\u0323\u0307", 50_000))).Length);

    private static string Apply(string text)
    {
        Assert.SkipUnless(HasTables, "This process runs without Unicode's tables.");
        return Apply(Rules.Value, text);
    }

    private static string Apply(UnicodeRules rules, string text)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(text);
        List<byte> mapped = [];
        while (!left.IsEmpty)
        {
            int taken = rules.Match(left, out ReadOnlySpan<byte> replacement);
            mapped.AddRange(replacement);
            left = left[taken..];
        }

        return Encoding.UTF8.GetString([.. mapped]);
    }
}
