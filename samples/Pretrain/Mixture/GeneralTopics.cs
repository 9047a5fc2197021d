using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>What a sentence is about in general: sport, business, war … as far as a few words of each tell.</summary>
internal static partial class GeneralTopics
{
    private const int MostOfEach = 1500, LeastWords = 8;

    private static readonly (string[] Names, string Words)[] Topics =
    [
        (["sports", "sport", "games"], "team teams league season coach championship match football player players basketball baseball hockey tournament cup olympic race goals scored stadium club tennis cricket medal"),
        (["politics", "government", "world", "nation"], "minister election elected parliament senate congress president party vote government governor treaty policy democratic republican senator political"),
        (["war", "world", "conflict", "military"], "army troops war battle soldiers military forces attack killed bomb police weapons invasion fleet enemy regiment navy"),
        (["business", "economy", "companies", "finance"], "company market shares profit bank sales stock business companies investors firm trade prices industry customers million corporation products"),
        (["science", "nature", "research", "sci tech"], "scientists species research theory physics chemical energy cells planet biology experiment laboratory mathematics temperature scientific genus"),
        (["technology", "tech", "computers", "sci tech"], "software computer internet users web network program server engine machine digital electronic device phone online"),
        (["music", "songs", "art"], "album song band music singer guitar recorded songs concert orchestra opera piano jazz"),
        (["film", "movies", "entertainment", "television"], "film movie television actor actress director episode theatre drama comedy cast"),
        (["places", "geography", "travel"], "river mountain road island lake village north south county highway coast miles railway station"),
        (["health", "medicine", "illness"], "disease doctor patients hospital medical health medicine illness treatment drug blood symptoms"),
        (["religion", "faith", "church"], "church god bishop priest religious faith holy prayer christian temple monastery"),
        (["education", "schools", "learning"], "school students university college teacher education degree teachers campus professor"),
        (["law", "crime", "justice"], "court judge law trial lawyer legal crime justice prison jury"),
        (["food", "cooking", "meals"], "food eat cooking meat fruit bread dish dinner wine kitchen soup cheese"),
        (["family", "people", "home"], "mother father daughter son married sister brother wife husband children"),
    ];

    private static readonly Dictionary<string, int> TopicOf =
        Topics.SelectMany((topic, i) => topic.Words.Split(' ').Select(word => (word, i))).ToDictionary(pair => pair.word, pair => pair.i, StringComparer.Ordinal);

    /// <summary>The names of a topic.</summary>
    public static string[] NamesOf(string topic) => Topics[Number(topic)].Names;

    /// <summary>Sentences by topic, those with most words of their topic; where there are several such words they are cut out of half of the sentences.</summary>
    public static SplitRows Rows(DataSets data, Corpus corpus)
    {
        Random random = new(111);
        IEnumerable<string> documents = corpus.Files.Where(file => file.Key != "peps").OrderBy(file => file.Key.StartsWith("books", StringComparison.Ordinal)).SelectMany(file => file.Value);
        SplitRows rows = new([], []);
        foreach (var topic in data.Encyclopedia().Concat(documents).SelectMany(Corpus.Sentences).Select(Judge).Where(found => found.Margin > 0).GroupBy(found => found.Topic).OrderBy(group => group.Key))
        {
            foreach ((string text, _, int margin) in topic.OrderByDescending(found => found.Margin).Take(MostOfEach))
            {
                (random.Next(20) == 0 ? rows.Validation : rows.Train).Add(new Labelled(margin > 1 && random.Next(2) == 0 ? Cut(text) : text, Key(topic.Key)));
            }
        }

        return rows;
    }

    /// <summary>Some topics at a time, by several names.</summary>
    /// <param name="rows">As <see cref="Rows"/> returns them.</param>
    public static Family ByName(SplitRows rows)
    {
        Family family = new("general topic", Mixture.Topics.Fields, 112);
        Random random = new(113);
        for (int i = 0; i < 12; i++)
        {
            string[] keys = Words.Pick(rows.Classes, 2 + (i % 4), random);
            family.Add(rows, i % 4 == 3 ? Words.Stand(keys, random) : keys.ToDictionary(key => key, key => NamesOf(key)[0], StringComparer.Ordinal));
        }

        return family;
    }

    // How many different words of its foremost topic a sentence has more than of the next.
    private static (string Text, int Topic, int Margin) Judge(string sentence)
    {
        int[] counts = new int[Topics.Length];
        foreach (string word in Word().Matches(sentence).Select(match => match.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal))
        {
            if (TopicOf.TryGetValue(word, out int topic))
            {
                counts[topic]++;
            }
        }

        int first = Array.IndexOf(counts, counts.Max());
        return (sentence, first, counts[first] - counts.Where((_, i) => i != first).Max());
    }

    private static string Cut(string text)
    {
        string[] rest = [.. text.Split(' ').Where(word => !TopicOf.ContainsKey(Word().Match(word).Value.ToLowerInvariant()))];
        return rest.Length >= LeastWords ? string.Join(' ', rest) : text;
    }

    private static string Key(int topic) => topic.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int Number(string topic) => int.Parse(topic, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Word();
}
