using System.Text.Json.Nodes;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Pairs of texts: does one follow from the other, answer it, say the same, stand beside it.</summary>
internal static class Matching
{
    private const int MostPassages = 6000, HeldOut = 200;

    /// <summary>What a pair is called in inputs.</summary>
    public static readonly string[] Fields = ["pair", "texts", "compare"];

    private static readonly (string First, string Second)[] Names =
    [
        ("sentence1", "sentence2"), ("question1", "question2"), ("premise", "hypothesis"), ("hypothesis", "premise"), ("question", "sentence"), ("text", "claim"),
        ("first", "second"),
    ];

    private static readonly Dictionary<string, (string[] Names, string Typical)> Relations = new(StringComparer.Ordinal)
    {
        ["yes"] = (["yes", "same", "equivalent", "duplicate", "true", "related", "entailment"], "same equal alike equivalent agree similar match both again duplicate"),
        ["no"] = (["no", "different", "not equivalent", "not duplicate", "false", "unrelated", "not entailment"], "different other unlike apart another unrelated not separate various instead"),
        ["entailment"] = (["entailment", "yes", "true", "follows"], "follows therefore so true same implies thus also certain"),
        ["neutral"] = (["neutral", "maybe", "unknown", "open"], "maybe perhaps possible other unknown might open more could"),
        ["contradiction"] = (["contradiction", "no", "false", "impossible"], "not opposite false never against contrary impossible wrong instead"),
    };

    /// <summary>Two texts as one, under one of several pairs of names.</summary>
    public static string Join(string first, string second, Random random)
    {
        (string a, string b) = Names[random.Next(Names.Length)];
        return $"{a}: {first} {b}: {second}";
    }

    /// <summary>The names of a relation of two texts.</summary>
    public static string[] NamesOf(string relation) => Relations[relation].Names;

    /// <summary>Words that tell what a relation is.</summary>
    public static string[] TypicalOf(string relation) => Relations[relation].Typical.Split(' ');

    /// <summary>Inference: entailment, contradiction, neither.</summary>
    public static SplitRows InferenceRows(DataSets data)
    {
        Random random = new(32);
        return data.Has("snli") ? data.Read("snli", row => Two(row, random), "label") : new SplitRows([], []);
    }

    /// <summary>Inference by several label words.</summary>
    /// <param name="data">The data sets.</param>
    /// <param name="rows">As <see cref="InferenceRows"/> returns them.</param>
    public static Family Inference(DataSets data, SplitRows rows)
    {
        Family family = new("inference", Fields, 31);
        Random random = new(35);
        string[][] words =
        [
            ["entailment", "neutral", "contradiction"], ["yes", "maybe", "no"], ["true", "unknown", "false"], ["follows", "open", "impossible"],
            ["entailment", "neutral", "contradiction"], ["always", "sometimes", "never"],
        ];
        foreach (string[] set in words)
        {
            family.Add(rows, new Dictionary<string, string> { ["entailment"] = set[0], ["neutral"] = set[1], ["contradiction"] = set[2] });
        }

        Add(family, rows.Regroup(key => key == "entailment" ? "yes" : "no"), random);
        Add(family, rows.Regroup(key => key == "contradiction" ? "no" : "yes"), random);
        if (data.Has("scitail"))
        {
            Add(family, data.Read("scitail", row => Two(row, random), "label").Regroup(key => key == "entailment" ? "yes" : "no"), random);
        }

        return family;
    }

    /// <summary>The same or not: requests, a sentence and a changed copy of it or its neighbour, a question and the sentence that answers it.</summary>
    public static SplitRows[] SameRows(DataSets data, Corpus corpus, IEnumerable<IntentSet> intents)
    {
        Random random = new(34);
        SplitRows[] all = [Intents.Pairs(intents), SplitRows.HoldOut(Copies(corpus, random), HeldOut), SplitRows.HoldOut(Neighbours(corpus, random), HeldOut)];
        return data.Has("quoref") ? [.. all, new SplitRows([.. Answers(data, "train", random)], [.. Answers(data, "validation", random)])] : all;
    }

    /// <summary>The same or not, by several label words.</summary>
    /// <param name="pairs">As <see cref="SameRows"/> returns them.</param>
    public static Family Same(IEnumerable<SplitRows> pairs)
    {
        Family family = new("match", Fields, 33);
        Random random = new(36);
        foreach (SplitRows rows in pairs)
        {
            Add(family, rows, random);
        }

        return family;
    }

    /// <summary>Adds pairs that match or do not, under several label words.</summary>
    public static void Add(Family family, SplitRows rows, Random random)
    {
        foreach ((string no, string yes) in Words.Pick(Words.Matches, 3, random))
        {
            family.Add(rows, new Dictionary<string, string> { ["no"] = no, ["yes"] = yes });
        }

        family.Add(rows, Words.Stand(["no", "yes"], random));
    }

    private static string Two(JsonObject row, Random random)
    {
        string premise = row["premise"]!.GetValue<string>(), hypothesis = row["hypothesis"]!.GetValue<string>();
        return random.Next(2) == 0 ? $"premise: {premise} hypothesis: {hypothesis}" : $"hypothesis: {hypothesis} premise: {premise}";
    }

    // A sentence with a copy that lacks words, has others in their place or begins elsewhere, or with the sentence behind it that shares most words.
    private static IEnumerable<Labelled> Copies(Corpus corpus, Random random)
    {
        foreach (string[] sentences in Passages(corpus, random, MostPassages))
        {
            int i = random.Next(sentences.Length - 1);
            string first = sentences[i];
            bool same = random.Next(2) == 0;
            string second = same ? Changed(first, random) : sentences.Where(other => other != first).MaxBy(other => Shared(first, other))!;
            yield return new Labelled(random.Next(2) == 0 ? Join(first, second, random) : Join(second, first, random), same ? "yes" : "no");
        }
    }

    private static IEnumerable<Labelled> Neighbours(Corpus corpus, Random random)
    {
        string last = "It rains.";
        foreach (string[] sentences in Passages(corpus, random, MostPassages))
        {
            int i = random.Next(sentences.Length - 1);
            bool beside = random.Next(2) == 0;
            yield return new Labelled(Join(sentences[i], beside ? sentences[i + 1] : last, random), beside ? "yes" : "no");
            last = sentences[^1];
        }
    }

    private static IEnumerable<Labelled> Answers(DataSets data, string split, Random random)
    {
        foreach (var row in data.Rows("quoref", split))
        {
            string context = row["context"]!.GetValue<string>(), question = row["question"]!.GetValue<string>();
            int start = row["answers"]!["answer_start"]![0]!.GetValue<int>();
            string answer = row["answers"]!["text"]![0]!.GetValue<string>();
            string[] sentences = [.. Corpus.Sentences(context)];
            string? right = sentences.FirstOrDefault(sentence => context.IndexOf(sentence, StringComparison.Ordinal) is var at && at <= start && start < at + sentence.Length);
            string[] wrong = [.. sentences.Where(sentence => !sentence.Contains(answer, StringComparison.Ordinal))];
            if (right is not null && wrong.Length > 0)
            {
                yield return new Labelled(Join(question, right, random), "yes");
                yield return new Labelled(Join(question, wrong[random.Next(wrong.Length)], random), "no");
            }
        }
    }

    /// <summary>Sentences that stand together, at least four.</summary>
    public static IEnumerable<string[]> Passages(Corpus corpus, Random random, int count)
    {
        string[] all = [.. corpus.Files.Where(file => file.Key != "wiki_split").SelectMany(file => file.Value)];
        for (int i = 0; i < count && all.Length > 0; i++)
        {
            string document = all[random.Next(all.Length)];
            int start = Math.Max(0, random.Next(document.Length) - 3000);
            string[] sentences = [.. Corpus.Sentences(document.Substring(start, Math.Min(3000, document.Length - start))).Where(sentence => sentence.Length < 180)];
            if (sentences.Length > 3)
            {
                yield return sentences;
            }
        }
    }

    private static int Shared(string a, string b) => a.Split(' ').Intersect(b.Split(' '), StringComparer.Ordinal).Count();

    private static string Changed(string sentence, Random random)
    {
        List<string> words = [.. sentence.Split(' ').Where(_ => random.Next(8) > 0)];
        if (random.Next(2) == 0 && words.Count > 6)
        {
            int cut = random.Next(1, words.Count - 1);
            words = [.. words[cut..], .. words[..cut]];
        }

        return string.Join(' ', words);
    }
}
