namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Where a passage comes from: its subject, or which of a few books.</summary>
internal static class Topics
{
    /// <summary>What a passage is called in inputs.</summary>
    public static readonly string[] Fields = ["text", "passage", "article", "sentence", "news"];

    // The first document of each subject: the four textbooks lie in one file behind each other.
    private static readonly (string File, int First, string[] Names)[] Subjects =
    [
        ("books-0", 0, ["fiction", "literature", "story"]), ("openstax", 0, ["anthropology", "culture", "people"]),
        ("openstax", 122, ["business", "companies", "management"]), ("openstax", 276, ["history", "america", "past"]),
        ("openstax", 796, ["economics", "markets", "money"]), ("peps", 0, ["python", "software", "technology", "computers"]),
        ("speeches", 0, ["politics", "government", "speech", "nation"]), ("wiki_split", 0, ["encyclopedia", "world", "general"]),
    ];

    /// <summary>The names of a subject.</summary>
    public static string[] NamesOf(string subject) => Subjects[int.Parse(subject, System.Globalization.CultureInfo.InvariantCulture)].Names;

    /// <summary>Passages by subject.</summary>
    public static SplitRows SubjectRows(Corpus corpus)
    {
        Random random = new(42);
        SplitRows rows = new([], []);
        for (int subject = 0; subject < Subjects.Length; subject++)
        {
            (string file, int first, _) = Subjects[subject];
            if (corpus.Files.TryGetValue(file, out List<string>? documents))
            {
                int end = subject + 1 < Subjects.Length && Subjects[subject + 1].File == file ? Subjects[subject + 1].First : documents.Count;
                Passages(documents[Math.Min(first, documents.Count)..Math.Min(end, documents.Count)], subject.ToString(System.Globalization.CultureInfo.InvariantCulture), 4000, rows, random);
            }
        }

        return rows;
    }

    /// <summary>Passages by document, the larger documents alone.</summary>
    public static SplitRows DocumentRows(Corpus corpus)
    {
        Random random = new(45);
        SplitRows rows = new([], []);
        int key = 0;
        foreach (string document in corpus.Files.Where(file => file.Key != "wiki_split").SelectMany(file => file.Value).Where(document => document.Length > 6_000))
        {
            Passages([document], $"{key++}", 24, rows, random);
        }

        return rows;
    }

    /// <summary>Some subjects at a time, by several names.</summary>
    /// <param name="rows">As <see cref="SubjectRows"/> returns them.</param>
    public static Family BySubject(SplitRows rows)
    {
        Family family = new("topic", Fields, 41);
        Random random = new(46);
        for (int i = 0; i < 14; i++)
        {
            int[] chosen = Words.Pick([.. Enumerable.Range(0, Subjects.Length)], 2 + (i % 5), random);
            string[] keys = [.. chosen.Select(subject => subject.ToString(System.Globalization.CultureInfo.InvariantCulture))];
            family.Add(rows, i % 5 == 4
                ? Words.Stand(keys, random)
                : chosen.Zip(keys).ToDictionary(pair => pair.Second, pair => Subjects[pair.First].Names[random.Next(Subjects[pair.First].Names.Length)], StringComparer.Ordinal));
        }

        return family;
    }

    /// <summary>Which of a few documents, by words that only a prompt can explain.</summary>
    public static Family ByDocument(Corpus corpus)
    {
        Family family = new("document", Fields, 43);
        Random random = new(44);
        string[] documents = [.. corpus.Files.SelectMany(file => file.Value).Where(document => document.Length > 40_000)];
        for (int i = 0; i < 8 && documents.Length >= 8; i++)
        {
            SplitRows rows = new([], []);
            string[] keys = ["a", "b", "c", "d"];
            foreach ((string key, string document) in keys[..(2 + (i % 3))].Zip(Words.Pick(documents, 4, random)))
            {
                Passages([document], key, 600, rows, random);
            }

            family.Add(rows, Words.Stand(rows.Classes, random));
        }

        return family;
    }

    // One or two sentences each; every twentieth is for validation.
    private static void Passages(List<string> documents, string key, int count, SplitRows rows, Random random)
    {
        string[] sentences = [.. documents.SelectMany(document => Corpus.Sentences(document).Take(2000))];
        for (int i = 0; i < count && sentences.Length > 40; i++)
        {
            int at = random.Next(sentences.Length - 1);
            string text = sentences[at].Length < 120 ? $"{sentences[at]} {sentences[at + 1]}" : sentences[at];
            (at % 20 == 0 ? rows.Validation : rows.Train).Add(new Labelled(text, key));
        }
    }
}
