namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Label words.</summary>
internal static class Words
{
    /// <summary>Common words that mean nothing about a text: a prompt must say what they stand for.</summary>
    public static readonly string[] Arbitrary =
    [
        "red", "blue", "green", "white", "black", "apple", "river", "stone", "house", "table", "north", "south", "east", "west", "one", "two", "three",
        "four", "five", "left", "right", "dog", "cat", "horse", "bird", "fish", "tree", "flower", "sun", "moon", "star", "water", "fire", "air", "earth",
        "king", "queen", "door", "window", "book", "paper", "gold", "silver", "iron", "wood", "first", "second", "third", "last", "open", "closed",
        "music", "art", "food", "garden", "city", "village", "ship", "road", "bridge", "summer", "winter", "spring", "autumn", "morning", "night",
    ];

    /// <summary>Common words.</summary>
    public static readonly string[] Common =
    [
        "about", "after", "again", "against", "age", "air", "all", "also", "and", "army", "art", "back", "bad", "bank", "because", "been", "before",
        "best", "between", "bill", "black", "blood", "board", "body", "book", "business", "but", "car", "case", "change", "church", "city",
        "community", "company", "could", "country", "court", "deal", "down", "during", "effort", "energy", "even", "every", "fact", "family",
        "field", "film", "fire", "first", "food", "for", "force", "form", "found", "from", "game", "good", "government", "great", "group", "had",
        "happy", "have", "health", "here", "high", "his", "home", "hotel", "hour", "house", "in", "interest", "into", "island", "land", "last",
        "law", "left", "letter", "level", "life", "line", "little", "long", "love", "market", "may", "member", "might", "moment", "money", "more",
        "most", "movie", "much", "must", "name", "nature", "never", "new", "nice", "not", "number", "of", "office", "old", "one", "only", "other",
        "our", "over", "own", "paper", "part", "party", "place", "plan", "play", "point", "power", "price", "problem", "public", "question", "radio",
        "record", "report", "result", "right", "river", "road", "room", "sad", "same", "school", "season", "sense", "service", "she", "ship",
        "should", "small", "some", "sort", "south", "sport", "stage", "state", "step", "still", "story", "street", "student", "such", "summer",
        "system", "table", "team", "test", "than", "that", "the", "their", "there", "these", "they", "this", "through", "time", "to", "town",
        "train", "trial", "two", "type", "under", "very", "voice", "wall", "war", "was", "water", "week", "well", "were", "what", "when", "where",
        "which", "who", "with", "without", "work", "world", "worst", "would", "you",
    ];

    /// <summary>Words for two opposite classes, the bad one first.</summary>
    public static readonly (string Negative, string Positive)[] Opinions =
    [
        ("negative", "positive"), ("bad", "good"), ("terrible", "great"), ("con", "pro"), ("complaint", "praise"), ("poor", "excellent"), ("no", "yes"),
        ("dislike", "like"), ("weak", "strong"), ("unhappy", "happy"), ("negative", "positive"), ("wrong", "fine"),
    ];

    /// <summary>Words for pairs that match and that do not.</summary>
    public static readonly (string No, string Yes)[] Matches =
    [
        ("no", "yes"), ("different", "same"), ("not_duplicate", "duplicate"), ("not_equivalent", "equivalent"), ("false", "true"), ("unrelated", "related"),
        ("not_entailment", "entailment"),
    ];

    /// <summary>Some items in a random order.</summary>
    public static T[] Pick<T>(IReadOnlyList<T> items, int count, Random random)
    {
        T[] all = [.. items];
        random.Shuffle(all);
        return all[..Math.Min(count, all.Length)];
    }

    /// <summary>The words of a sentence that may carry its content, in lower case.</summary>
    public static IEnumerable<string> Content(string sentence) =>
        sentence.Split(' ').Select(word => word.Trim('.', ',', ';', ':', '!', '?', '"', '(', ')', '\'').ToLowerInvariant()).Where(word => word.Length > 3 && word.All(char.IsLetter));

    /// <summary>A key of a data set as words.</summary>
    public static string Plain(string key) => key.Replace('_', ' ').TrimEnd('?').ToLowerInvariant();

    /// <summary>Arbitrary words for classes.</summary>
    public static Dictionary<string, string> Stand(IReadOnlyList<string> classes, Random random)
    {
        string[] words = Pick(Arbitrary, classes.Count, random);
        return classes.Zip(words).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }
}
