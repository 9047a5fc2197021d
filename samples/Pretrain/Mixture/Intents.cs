namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Requests: what is wanted, a few possibilities at a time; and whether two requests want the same.</summary>
internal static class Intents
{
    private static readonly string[] Fields = ["query", "request", "text", "question", "message"];
    private static readonly (string Name, string Label, int Tasks)[] Sets = [("clinc150", "intent", 16), ("banking77", "label", 8)];

    /// <summary>Subsets of the intents, by their names or by words that only a prompt can explain.</summary>
    public static Family Subsets(DataSets data)
    {
        Family family = new("intent", Fields, 21);
        Random random = new(22);
        foreach ((string name, string label, int tasks) in Sets.Where(set => data.Has(set.Name)))
        {
            SplitRows rows = Read(data, name, label);
            for (int i = 0; i < tasks; i++)
            {
                string[] chosen = Words.Pick(rows.Classes, 2 + (i % 7), random);
                family.Add(rows, i % 4 == 3 ? Words.Stand(chosen, random) : chosen.ToDictionary(key => key, Words.Plain, StringComparer.Ordinal));
            }
        }

        return family;
    }

    /// <summary>Pairs of requests with the same intent or with different ones.</summary>
    public static SplitRows Pairs(DataSets data)
    {
        Random random = new(23);
        SplitRows pairs = new([], []);
        foreach ((string name, string label, _) in Sets.Where(set => data.Has(set.Name)))
        {
            SplitRows rows = Read(data, name, label);
            pairs.Train.AddRange(Pair(rows.Train, 9000, random));
            pairs.Validation.AddRange(Pair(rows.Validation, 300, random));
        }

        return pairs;
    }

    /// <summary>What a request is called in inputs.</summary>
    public static string[] InputFields => Fields;

    /// <summary>The requests of every set that is there.</summary>
    public static IEnumerable<(string Name, SplitRows Rows)> All(DataSets data) =>
        Sets.Where(set => data.Has(set.Name)).Select(set => (set.Name, Read(data, set.Name, set.Label)));

    private static SplitRows Read(DataSets data, string name, string label) =>
        data.Read(name, row => row["text"]!.GetValue<string>(), label).Regroup(key => key == "oos" ? null : key);

    private static IEnumerable<Labelled> Pair(List<Labelled> rows, int count, Random random)
    {
        Dictionary<string, Labelled[]> byIntent = rows.GroupBy(row => row.Label, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            Labelled first = rows[random.Next(rows.Count)];
            bool same = i % 2 == 0;
            Labelled[] from = same ? byIntent[first.Label] : [.. rows];
            Labelled second = from[random.Next(from.Length)];
            if (first.Text != second.Text && (first.Label == second.Label) == same)
            {
                yield return new Labelled(Matching.Join(first.Text, second.Text, random), same ? "yes" : "no");
            }
        }
    }
}
