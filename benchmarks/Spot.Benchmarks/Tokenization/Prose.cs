using System.Text;

namespace Spot.Benchmarks.Tokenization;

/// <summary>Text that resembles English prose: frequent words, names, numbers and punctuation. The same seed gives the same text.</summary>
internal static class Prose
{
    private const string Frequent =
        "the of and to in a is that for it was on as with be at by this had not are but from or have an they which one you were her all she " +
        "there would their we him been has when who will more no if out so said what up its about into than them can only other new some " +
        "could time these two may then do first any my now such like our over man me even most made after also did many before must through";

    private const string Rare =
        "government interest question company national problem political although experience children development information different " +
        "particular community important education understand themselves necessary president university committee management available " +
        "approximately extraordinary photograph restaurant neighbours weathered lanterns harbour whispered unlikely remembered silently " +
        "negotiations threshold marvellous carpenter orchards translated abandoned circumference misunderstanding bewildered seventeenth";

    private const string Names = "Anna Johnson London Marguerite Zimmerman Chicago Okonkwo Alexander Brightwater Thursday Reykjavik O'Neill";

    private static readonly string[] FrequentWords = Frequent.Split(' ');
    private static readonly string[] RareWords = Rare.Split(' ');
    private static readonly string[] NameWords = Names.Split(' ');

    /// <summary>Lines of one to several sentences with at least so many characters in all.</summary>
    public static string[] Lines(int characters, int seed = 1)
    {
        Random random = new(seed);
        List<string> lines = [];
        for (int total = 0; total < characters; total += lines[^1].Length)
        {
            StringBuilder line = new();
            for (int sentences = random.Next(1, 6); sentences > 0; sentences--)
            {
                AddSentence(line, random);
            }

            lines.Add(line.ToString(0, line.Length - 1));
        }

        return [.. lines];
    }

    private static void AddSentence(StringBuilder line, Random random)
    {
        int start = line.Length;
        for (int left = random.Next(5, 25); left > 0; left--)
        {
            line.Append(Word(random)).Append(left == 1 ? (random.Next(8) == 0 ? "? " : ". ") : random.Next(9) == 0 ? ", " : " ");
        }

        line[start] = char.ToUpperInvariant(line[start]);
    }

    private static string Word(Random random) => random.Next(100) switch
    {
        < 58 => FrequentWords[random.Next(FrequentWords.Length)],
        < 90 => RareWords[random.Next(RareWords.Length)],
        < 96 => NameWords[random.Next(NameWords.Length)],
        < 98 => random.Next(10_000).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => "\"well-known\"",
    };
}
