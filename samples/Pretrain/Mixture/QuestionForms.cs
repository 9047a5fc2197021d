using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Questions of kinds that are rare in data sets of questions, from forms that are filled with phrases of the corpus.</summary>
internal sealed partial class QuestionForms
{
    private const int Count = 12_000, HeldOut = 600, Sentences = 40_000;

    private static readonly (string Kind, string[] Forms)[] Kinds =
    [
        ("abbreviation", ["what does {short} stand for ?", "what is {short} short for ?", "what is the abbreviation for {phrase} ?", "{short} is an acronym for what ?", "what do the letters {short} mean ?",
            "what is the full form of {short} ?", "how is {phrase} abbreviated ?"]),
        ("definition", ["what is {noun} ?", "what is a {noun} ?", "what are {noun} ?", "what does the word {noun} mean ?", "what is the meaning of {noun} ?", "define {noun} .", "what is the difference between {noun} and {noun} ?",
            "what is {phrase} ?", "what is the origin of {phrase} ?", "what was {name} famous for ?", "who was {name} ?", "what is the history of {noun} ?", "what does {noun} do ?", "what is meant by {phrase} ?"]),
        ("reason", ["why did {name} leave {phrase} ?", "why is {phrase} called {noun} ?", "what causes {noun} ?", "what is the reason for {phrase} ?", "why do people like {noun} ?", "what was the cause of {phrase} ?", "why are there {noun} ?"]),
        ("manner", ["how do you make {noun} ?", "how can i find {phrase} ?", "how does {phrase} work ?", "how did {name} die ?", "what is the best way to get {noun} ?", "how is {noun} made ?", "how do i get rid of {noun} ?",
            "what are the effects of {noun} ?", "what are the steps of {noun} ?"]),
        ("person", ["who {clause} ?", "what {role} {clause} ?", "which {role} {clause} ?", "name the {role} who {clause} .", "what is the name of the {role} that {clause} ?", "who is the {role} of {phrase} ?", "who invented {noun} ?",
            "what {group} {clause} ?", "which {group} is known for {noun} ?", "whose {noun} {clause} ?", "who wrote {name} ?", "what {role} did {name} marry ?", "name a famous {role} ."]),
        ("place", ["where is {phrase} ?", "what {spot} {clause} ?", "which {spot} has the most {noun} ?", "in what {spot} is {name} ?", "name the {spot} where {name} was born .", "where did {name} live ?", "where can i find {noun} ?",
            "what is the capital of {name} ?", "what is the largest {spot} in {name} ?", "where do {noun} come from ?", "what {spot} did {name} visit ?"]),
        ("number", ["how many {noun} are there in {phrase} ?", "how much does {noun} cost ?", "what is the {measure} of {phrase} ?", "how {far} is {phrase} ?", "what percentage of {noun} {clause} ?", "at what age did {name} die ?",
            "how many people {clause} ?", "what is the average {measure} of {noun} ?", "how many times did {name} win ?", "what is {name} 's telephone number ?"]),
        ("time", ["when did {name} die ?", "when was {phrase} built ?", "what year did {name} start {noun} ?", "in what year was {name} born ?", "on what date did {phrase} end ?", "what day is {name} day ?", "what time is {noun} ?",
            "when is {phrase} ?", "what century did {name} live in ?"]),
        ("thing", ["what {thing} {clause} ?", "which {thing} is used for {noun} ?", "name the {thing} that {clause} .", "what kind of {noun} is in {phrase} ?", "what type of {thing} is {name} ?", "what is the name of {name} 's {thing} ?",
            "what {thing} did {name} write ?", "what is the most popular {thing} ?", "what color is {noun} ?", "what is {name} 's favorite {thing} ?", "what do {noun} eat ?", "what {thing} has {noun} ?", "name a {thing} with {noun} ."]),
    ];

    private static readonly Dictionary<string, string[]> Lists = new(StringComparer.Ordinal)
    {
        ["role"] = Split("actor author president king queen player writer singer general scientist inventor painter poet leader character artist director man woman explorer composer boxer detective prime minister"),
        ["group"] = Split("company organization team band group people family tribe party club army newspaper university"),
        ["spot"] = Split("city country state town river island continent mountain lake ocean street building county planet province sea desert"),
        ["measure"] = Split("length height weight speed population temperature size price distance salary depth width age rate"),
        ["far"] = Split("far long tall old high deep big fast hot large wide"),
        ["thing"] = Split("animal book film song food drink color language disease sport game plant instrument religion currency word letter car ship product substance material event bird fish flower tree metal element weapon tool language play newspaper holiday prize drug vitamin body symbol"),
    };

    private readonly Random _random = new(121);
    private readonly string[] _nouns, _phrases, _names, _clauses, _shorts;

    private QuestionForms(string[] sentences)
    {
        _nouns = [.. sentences.SelectMany(Words.Content).CountBy(word => word, StringComparer.Ordinal).Where(word => word.Value is >= 4 and < 200).Select(word => word.Key).Order(StringComparer.Ordinal)];
        _phrases = Found(Phrase());
        _names = Found(Name());
        _clauses = Found(Clause());
        _shorts = Found(Short());

        string[] Found(Regex pattern) => [.. sentences.SelectMany(sentence => pattern.Matches(sentence)).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Questions by kind; none where the corpus has too few phrases.</summary>
    public static SplitRows Rows(Corpus corpus)
    {
        Random random = new(122);
        string[] documents = [.. corpus.Files.SelectMany(file => file.Value)];
        random.Shuffle(documents);
        QuestionForms forms = new([.. documents.SelectMany(document => Corpus.Sentences(document).Take(60)).Take(Sentences)]);
        if (new[] { forms._nouns, forms._phrases, forms._names, forms._clauses, forms._shorts }.Any(list => list.Length < 50))
        {
            return new SplitRows([], []);
        }

        return SplitRows.HoldOut(Enumerable.Range(0, Count).Select(i => forms.One(Kinds[i % Kinds.Length])), HeldOut);
    }

    private Labelled One((string Kind, string[] Forms) kind) => new(Slot().Replace(Any(kind.Forms), slot => Any(Fill(slot.Groups[1].Value))), kind.Kind);

    private string[] Fill(string slot) => slot switch
    {
        "noun" => _nouns,
        "phrase" => _phrases,
        "name" => _names,
        "clause" => _clauses,
        "short" => _shorts,
        _ => Lists[slot],
    };

    private string Any(string[] items) => items[_random.Next(items.Length)];

    private static string[] Split(string words) => words.Split(' ');

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Slot();

    [GeneratedRegex(@"\b(the [a-z]{4,} (?:of|in) (?:the )?[a-zA-Z]{4,})\b")]
    private static partial Regex Phrase();

    [GeneratedRegex(@"(?<=[a-z,] )([A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})?)\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(?:who|which|that) ((?:was|is|had|has|were|made|became|[a-z]{3,}ed) [a-z ]{8,45})(?=[,.;])")]
    private static partial Regex Clause();

    [GeneratedRegex(@"\b([A-Z]{2,5})\b")]
    private static partial Regex Short();
}
