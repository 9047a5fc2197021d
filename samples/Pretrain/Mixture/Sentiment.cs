using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Opinions: pros and cons of products, stretches of film reviews, remarks by their emotion.</summary>
internal static partial class Sentiment
{
    /// <summary>What a text is called in inputs.</summary>
    public static readonly string[] Fields = ["sentence", "text", "review", "comment", "remark"];

    private static readonly string[] Good =
        ["admiration", "amusement", "approval", "caring", "excitement", "gratitude", "joy", "love", "optimism", "pride", "relief"];

    private static readonly string[] Bad =
        ["anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief", "nervousness", "remorse", "sadness"];

    /// <summary>Good or bad, by many pairs of words.</summary>
    /// <param name="sources">As <see cref="Sources"/> returns them.</param>
    public static Family Opinions(SplitRows[] sources)
    {
        Family family = new("opinion", Fields, 11);
        Random random = new(12);
        foreach ((string negative, string positive) in Words.Opinions[..5])
        {
            foreach (SplitRows source in sources)
            {
                family.Add(source, new Dictionary<string, string> { ["bad"] = negative, ["good"] = positive });
            }
        }

        foreach (SplitRows source in sources)
        {
            family.Add(source, Words.Stand(["bad", "good"], random));
        }

        return family;
    }

    /// <summary>Some of the emotions at a time, by their names or by words that only a prompt can explain.</summary>
    /// <param name="rows">As <see cref="EmotionRows"/> returns them.</param>
    public static Family Emotions(SplitRows rows)
    {
        Family family = new("emotion", Fields, 13);
        Random random = new(14);
        for (int i = 0; i < 8; i++)
        {
            string[] chosen = Words.Pick(rows.Classes, 2 + (i % 5), random);
            family.Add(rows, i % 4 == 3 ? Words.Stand(chosen, random) : chosen.ToDictionary(name => name, name => name, StringComparer.Ordinal));
        }

        SplitRows mood = rows.Regroup(Mood);
        family.Add(mood, new Dictionary<string, string> { ["bad"] = "negative", ["good"] = "positive", ["neutral"] = "neutral" });
        family.Add(mood, new Dictionary<string, string> { ["bad"] = "sad", ["good"] = "happy", ["neutral"] = "calm" });
        SplitRows feeling = rows.Regroup(name => name == "neutral" ? "fact" : "feeling");
        family.Add(feeling, new Dictionary<string, string> { ["fact"] = "neutral", ["feeling"] = "emotional" });
        return family;
    }

    /// <summary>The names of an opinion.</summary>
    public static string[] NamesOf(string opinion) => [.. Words.Opinions.Select(pair => opinion == "good" ? pair.Positive : pair.Negative)];

    /// <summary>Remarks by their one emotion; none where they are not there.</summary>
    public static SplitRows EmotionRows(DataSets data) => !data.Has("go_emotions") ? new SplitRows([], []) : data.Read("go_emotions", row => row["text"]!.GetValue<string>(), "labels");

    /// <summary>Texts by opinion, a set for each source that is there.</summary>
    /// <param name="data">The data sets.</param>
    /// <param name="emotions">As <see cref="EmotionRows"/> returns them.</param>
    public static IEnumerable<SplitRows> Sources(DataSets data, SplitRows emotions)
    {
        if (data.Has("pros_cons"))
        {
            yield return data.Read("pros_cons", row => row["text"]!.GetValue<string>(), "label").Regroup(name => name == "pro" ? "good" : "bad");
        }

        if (data.Has("movie_reviews"))
        {
            SplitRows reviews = data.Read("movie_reviews", row => row["text"]!.GetValue<string>(), "label");
            yield return new SplitRows(Stretches(reviews.Train), Stretches(reviews.Validation));
        }

        if (emotions.Train.Count > 0)
        {
            yield return emotions.Regroup(name => Mood(name) == "neutral" ? null : Mood(name));
        }
    }

    private static string? Mood(string emotion) =>
        Good.Contains(emotion) ? "good" : Bad.Contains(emotion) ? "bad" : emotion == "neutral" ? "neutral" : null;

    // A review's end is where it says what it thinks; a stretch of it is some lines of 12 to 60 words.
    private static List<Labelled> Stretches(List<Labelled> reviews)
    {
        List<Labelled> stretches = [];
        foreach (Labelled review in reviews)
        {
            string[] lines = [.. review.Text.Split('\n').Select(line => Space().Replace(line, " ").Trim()).Where(line => line.Length > 20)];
            string[] chosen = lines[^Math.Min(8, lines.Length)..];
            for (int i = 0; i + 1 < chosen.Length; i += 2)
            {
                string both = $"{chosen[i]} {chosen[i + 1]}";
                if (both.Length < 420)
                {
                    stretches.Add(new Labelled(both, review.Label == "positive" ? "good" : "bad"));
                }
            }
        }

        return stretches;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
