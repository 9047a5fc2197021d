namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Small questions about the words of a sentence, which look alike: what is asked, only the prompt tells.</summary>
internal static class WordTasks
{
    private const int HeldOut = 200;
    private static readonly string[] Fields = ["sentence", "text"];

    /// <summary>Which word stands where, and what kind of sentence it is.</summary>
    public static Family Create(Corpus corpus)
    {
        Family family = new("words", Fields, 61);
        Random random = new(62);
        string[] sentences = [.. corpus.Files.SelectMany(file => Words.Pick(file.Value, 60, random)).SelectMany(document => Corpus.Sentences(document).Take(60)).Where(text => text.Length < 140 && Letters(text).Length > 4)];
        random.Shuffle(sentences);
        if (sentences.Length < 2000)
        {
            return family;
        }

        Open(words => words[0]);
        Open(words => words[^1]);
        Open(words => words[1]);
        Open(words => words.MaxBy(word => word.Length)!);
        SplitRows order = SplitRows.HoldOut(sentences.Select((text, i) => i % 2 == 0 ? new Labelled(text, "natural") : new Labelled(Scrambled(text, random), "scrambled")), HeldOut);
        foreach ((string natural, string scrambled) in new[] { ("natural", "scrambled"), ("yes", "no"), ("correct", "wrong") })
        {
            family.Add(order, new Dictionary<string, string> { ["natural"] = natural, ["scrambled"] = scrambled });
        }

        return family;

        void Open(Func<string[], string> answer) => family.AddOpen(SplitRows.HoldOut(sentences.Select(text => new Labelled(text, answer(Letters(text)))), HeldOut));
    }

    private static string[] Letters(string text) => [.. text.Split(' ').Select(word => new string([.. word.Where(char.IsLetterOrDigit)])).Where(word => word.Length > 0).DefaultIfEmpty("none")];

    private static string Scrambled(string text, Random random)
    {
        string[] words = text.Split(' ');
        int start = random.Next(Math.Max(1, words.Length - 5));
        random.Shuffle(words.AsSpan(start, Math.Min(6, words.Length - start)));
        return string.Join(' ', words);
    }
}
