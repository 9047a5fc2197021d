using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Questions: which word asks, and what kind of thing is asked for, as far as the first words tell.</summary>
internal static partial class Questions
{
    /// <summary>What a question is called in inputs.</summary>
    public static readonly string[] Fields = ["question", "text", "query", "sentence"];

    private static readonly (string Name, string Field)[] Sets =
    [
        ("quoref", "question"), ("commonsense_qa", "question"), ("openbookqa", "question_stem"), ("arc_easy", "question"), ("arc_challenge", "question"),
        ("csqa2", "question"), ("clinc150", "text"), ("banking77", "text"), ("social_i_qa", "question"),
    ];

    private static readonly (string Kind, string[] Names)[] Kinds =
    [
        ("person", ["person", "human", "who"]), ("place", ["place", "location", "where"]), ("number", ["number", "amount", "count"]), ("time", ["time", "date", "when"]),
        ("reason", ["reason", "description", "why", "explanation"]), ("manner", ["method", "manner", "how"]), ("thing", ["thing", "entity", "object"]), ("choice", ["yes or no", "choice", "decision"]),
        ("abbreviation", ["abbreviation", "acronym", "short form"]), ("definition", ["definition", "description", "meaning"]),
    ];

    private static readonly (string Kind, Regex Pattern)[] Rules =
    [
        ("number", new Regex(@"\bhow (many|much|old|long|far|tall|often|high|deep)\b|what (is|was|are) the (number|amount|age|cost|price|balance|percentage|rate|total)")),
        ("person", new Regex(@"\b(who|whose|whom)\b|\b(what|which) (person|man|woman|character|author|actor|president|king|player|singer|director|people)\b|\bname of the (person|man|woman|character|actor)")),
        ("place", new Regex(@"\bwhere\b|\b(what|which) (city|country|state|place|town|river|island|continent|location|building|room|street)\b")),
        ("time", new Regex(@"\bwhen\b|\b(what|which) (year|day|time|date|month|century)\b|what's the (date|time)")),
        ("definition", new Regex(@"what (is|was) the (meaning|definition)|what does .* mean\b")),
        ("reason", new Regex(@"\bwhy\b|what (is|was) the (reason|cause)|\bwhat causes\b")),
        ("manner", new Regex(@"\bhow (do|does|did|can|could|should|would|will|to|is|are|was)\b")),
        ("choice", new Regex(@"^(is|are|was|were|do|does|did|can|could|will|would|should|has|have|am|may)\b")),
        ("thing", new Regex(@"\b(what|which)\b")),
    ];

    private static readonly Dictionary<string, string[]> Groups = new(StringComparer.Ordinal)
    {
        ["abbreviation"] = ["abbreviation", "acronym"],
        ["description"] = ["description", "explanation", "definition"],
        ["entity"] = ["entity", "thing", "object"],
        ["human"] = ["human", "person", "people"],
        ["location"] = ["location", "place"],
        ["numeric"] = ["numeric", "number", "quantity"],
    };

    /// <summary>Questions by kind: of data sets, and from forms.</summary>
    public static SplitRows KindRows(DataSets data, SplitRows forms) => new([.. Kind(Texts(data, "train")), .. forms.Train], [.. Kind(Texts(data, "validation")), .. forms.Validation]);

    /// <summary>The same questions by a few groups of kinds.</summary>
    public static SplitRows GroupRows(SplitRows kinds) => kinds.Regroup(kind => kind switch
    {
        "person" => "human",
        "place" => "location",
        "number" or "time" => "numeric",
        "reason" or "manner" or "definition" => "description",
        "thing" => "entity",
        "abbreviation" => kind,
        _ => null,
    });

    /// <summary>The names of a kind.</summary>
    public static string[] NamesOf(string kind) => Kinds.First(one => one.Kind == kind).Names;

    /// <summary>The names of a group.</summary>
    public static string[] NamesOfGroup(string group) => Groups[group];

    /// <summary>Some kinds at a time, by several names.</summary>
    /// <param name="rows">As <see cref="KindRows"/> returns them.</param>
    public static Family ByKind(SplitRows rows)
    {
        Family family = new("question", Fields, 51);
        Random random = new(52);
        for (int i = 0; i < 10; i++)
        {
            (string Kind, string[] Names)[] chosen = Words.Pick(Kinds, 3 + (i % 6), random);
            family.Add(rows, i % 5 == 4
                ? Words.Stand([.. chosen.Select(kind => kind.Kind)], random)
                : chosen.ToDictionary(kind => kind.Kind, kind => kind.Names[random.Next(kind.Names.Length)], StringComparer.Ordinal));
        }

        return family;
    }

    /// <summary>Questions of which the asking word is cut out: which was it?</summary>
    public static Family ByWord(DataSets data)
    {
        Family family = new("asking word", Fields, 53);
        SplitRows rows = new(Cut(Texts(data, "train")), Cut(Texts(data, "validation")));
        string[] words = ["what", "who", "where", "when", "why", "how", "which"];
        for (int i = 0; i < 3; i++)
        {
            family.Add(rows, words.ToDictionary(word => word, word => word, StringComparer.Ordinal));
        }

        return family;
    }

    private static IEnumerable<string> Texts(DataSets data, string split) =>
        from set in Sets
        where data.Has(set.Name)
        from row in data.Rows(set.Name, split)
        let text = row[set.Field]?.GetValue<string>()
        where text is { Length: > 15 and < 200 }
        let last = text.Split(". ")[^1]
        where last.Length > 15
        select last;

    private static List<Labelled> Kind(IEnumerable<string> texts) =>
        [.. from text in texts let lower = text.ToLowerInvariant() let rule = Rules.FirstOrDefault(rule => rule.Pattern.IsMatch(lower)) where rule.Kind is not null select new Labelled(text, rule.Kind)];

    private static List<Labelled> Cut(IEnumerable<string> texts) =>
        [.. from text in texts let match = Asking().Match(text) where match.Success select new Labelled(text.Remove(match.Index, match.Length).Insert(match.Index, "…"), match.Value.ToLowerInvariant())];

    [GeneratedRegex(@"\b(what|who|where|when|why|how|which)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Asking();
}
