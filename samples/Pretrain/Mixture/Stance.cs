namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Does a sentence tell what is or happens, or what somebody thinks of it? Sentences of encyclopedias against those of reviews.</summary>
internal static class Stance
{
    private const int Most = 12_000;
    private static readonly string[] Objective = ["objective", "fact", "neutral", "report", "facts"], Subjective = ["subjective", "opinion", "personal", "review", "opinions"];

    /// <summary>What a sentence is called in inputs.</summary>
    public static readonly string[] Fields = ["sentence", "text", "remark", "line"];

    /// <summary>The names of a class.</summary>
    public static string[] NamesOf(string stance) => stance == "objective" ? Objective : Subjective;

    /// <summary>By several names.</summary>
    public static Family ByName(SplitRows rows)
    {
        Family family = new("stance", Fields, 101);
        foreach ((string objective, string subjective) in Objective.Zip(Subjective))
        {
            family.Add(rows, new Dictionary<string, string> { ["objective"] = objective, ["subjective"] = subjective });
        }

        return family;
    }

    /// <summary>The sentences; none unless both kinds are there.</summary>
    public static SplitRows Rows(DataSets data, Corpus corpus)
    {
        if (!data.Has("movie_reviews") || (!data.Has("quoref") && !corpus.Files.ContainsKey("wiki_split")))
        {
            return new SplitRows([], []);
        }

        Random random = new(102);
        List<Labelled> rows =
        [
            .. Mixed(data.Encyclopedia().Concat(corpus.Files.GetValueOrDefault("wiki_split", [])).SelectMany(Corpus.Sentences), "objective", random),
            .. Mixed(data.Rows("movie_reviews", "train").SelectMany(row => row["text"]!.GetValue<string>().Split('\n')), "subjective", random),
        ];
        Labelled[] shuffled = [.. rows];
        random.Shuffle(shuffled);
        return new SplitRows([.. shuffled[..^(shuffled.Length / 20)]], [.. shuffled[^(shuffled.Length / 20)..]]);
    }

    // In one spelling: the reviews are in lower case, and that must not give them away.
    private static IEnumerable<Labelled> Mixed(IEnumerable<string> sentences, string stance, Random random)
    {
        string[] all = [.. sentences.Where(sentence => sentence.Length is >= 40 and <= 240)];
        random.Shuffle(all);
        return all.Take(Most).Select(sentence => new Labelled(Wording.Tokenized(sentence), stance));
    }
}
