namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Requests: what is wanted, a few possibilities at a time; and whether two requests want the same.</summary>
internal static class Intents
{
    /// <summary>What a request is called in inputs.</summary>
    public static readonly string[] Fields = ["query", "request", "text", "question", "message"];
    private static readonly (string Name, string Label, int Tasks)[] Sets = [("clinc150", "intent", 16), ("banking77", "label", 8)];

    /// <summary>Subsets of the intents, by their names or by words that only a prompt can explain.</summary>
    /// <param name="sets">As <see cref="Read"/> returns them.</param>
    public static Family Subsets(IEnumerable<IntentSet> sets)
    {
        Family family = new("intent", Fields, 21);
        Random random = new(22);
        foreach ((_, int tasks, SplitRows rows) in sets)
        {
            for (int i = 0; i < tasks; i++)
            {
                string[] chosen = Words.Pick(rows.Classes, 2 + (i % 7), random);
                family.Add(rows, i % 4 == 3 ? Words.Stand(chosen, random) : chosen.ToDictionary(key => key, Words.Plain, StringComparer.Ordinal));
            }
        }

        return family;
    }

    /// <summary>Pairs of requests with the same intent or with different ones.</summary>
    /// <param name="sets">As <see cref="Read"/> returns them.</param>
    public static SplitRows Pairs(IEnumerable<IntentSet> sets)
    {
        Random random = new(23);
        SplitRows pairs = new([], []);
        foreach ((_, _, SplitRows rows) in sets)
        {
            pairs.Train.AddRange(Pair(rows.Train, 9000, random));
            pairs.Validation.AddRange(Pair(rows.Validation, 300, random));
        }

        return pairs;
    }

    /// <summary>The requests of every set that is there, those with an intent.</summary>
    public static IntentSet[] Read(DataSets data) =>
    [
        .. from set in Sets
           where data.Has(set.Name)
           select new IntentSet(set.Name, set.Tasks, data.Read(set.Name, row => row["text"]!.GetValue<string>(), set.Label).Regroup(key => key == "oos" ? null : key)),
    ];

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

/// <summary>The requests of a data set by intent.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Tasks">How many tasks with a prompt are made of it.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record IntentSet(string Name, int Tasks, SplitRows Rows);
