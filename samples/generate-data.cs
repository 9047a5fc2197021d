#:property PublishAot=false
// Writes the sample tasks in data/ from the word lists in data/grammar/:
//     dotnet run samples/generate-data.cs
// or, into a folder of their own, the same tasks with more test rows, so that scores are told apart that differ by a point:
//     dotnet run samples/generate-data.cs FOLDER 1000
// It lies beside data/ so that a copy of that folder in a project brings nothing to compile.
// The rows depend on nothing but the lists and the constants below, so a run changes no file unless a list changed.
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

const int TrainRows = 320;
const int ValidationRows = 100;
const int TestRows = 100;

string beside = Folder(), folder = args.Length > 0 ? args[0] : beside;
int testRows = TestRows;
if (args.Length > 1 && !(int.TryParse(args[1], out testRows) && testRows >= TestRows))
{
    Console.Error.WriteLine($"Found '{args[1]}' as the number of test rows, expected a number of {TestRows} or more.");
    return 1;
}

Dictionary<string, Grammar> grammars = Directory.GetFiles(Path.Combine(beside, "grammar"), "*.txt")
    .Order(StringComparer.Ordinal)
    .Select(Grammar.Read)
    .Where(grammar => grammar.Task.Count > 0)
    .ToDictionary(grammar => grammar.Task["name"]);
HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
foreach ((string name, Grammar grammar) in grammars)
{
    string[] labels = grammar.Task["labels"].Split(", ");
    string target = Path.Combine(folder, name);
    Directory.CreateDirectory(target);
    WriteTask(Path.Combine(target, "task.json"), grammar.Task, labels);
    Draw draw = new(name);
    foreach ((string split, int count) in new[] { ("train", TrainRows), ("validation", ValidationRows), ("test", TestRows) })
    {
        List<(string Input, string Label)> rows = [];
        foreach (string label in labels)
        {
            Writer writer = new(grammar, draw, labels, label, heldOut: split != "train");
            for (int i = 0; i < count / labels.Length; i++)
            {
                rows.Add((grammar.Task["prefix"] + " " + writer.NewRow(seen), label));
            }
        }

        draw.Shuffle(rows);
        WriteRows(Path.Combine(target, split + ".jsonl"), rows);
    }

    Console.WriteLine($"{name}: {TrainRows} train, {ValidationRows} validation, {testRows} test rows");
}

// Further rows come when all tasks have theirs, which so stay the same.
foreach ((string name, Grammar grammar) in grammars)
{
    string[] labels = grammar.Task["labels"].Split(", ");
    Draw draw = new($"{name}, further test rows");
    Writer[] writers = [.. labels.Select(label => new Writer(grammar, draw, labels, label, heldOut: true))];
    IEnumerable<(string, string)> further = Enumerable.Range(0, testRows - TestRows)
        .Select(i => (grammar.Task["prefix"] + " " + writers[i % labels.Length].NewRow(seen), labels[i % labels.Length]));
    WriteRows(Path.Combine(folder, name, "test.jsonl"), [.. further], FileMode.Append);
}

return 0;

static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "data");

static void WriteTask(string path, Dictionary<string, string> task, string[] labels)
{
    using FileStream stream = File.Create(path);
    using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
    {
        json.WriteStartObject();
        json.WriteString("name", task["name"]);
        json.WriteString("family", task["family"]);
        json.WriteStartArray("labels");
        foreach (string label in labels)
        {
            json.WriteStringValue(label);
        }

        json.WriteEndArray();
        json.WriteString("description", task["description"]);
        json.WriteEndObject();
    }

    stream.WriteByte((byte)'\n');
}

static void WriteRows(string path, List<(string Input, string Label)> rows, FileMode mode = FileMode.Create)
{
    using FileStream stream = new(path, mode);
    foreach ((string input, string label) in rows)
    {
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("input", input);
            json.WriteString("target", label);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}

// Lists of alternatives by name. A list marked ~ keeps every fifth line out of the training rows;
// a list marked = is drawn from once a row.
internal sealed class Grammar
{
    public Dictionary<string, string> Task { get; } = [];

    public Dictionary<string, List<string>> Lists { get; } = [];

    public HashSet<string> Partial { get; } = [];

    public HashSet<string> Once { get; } = [];

    public static Grammar Read(string path)
    {
        Grammar grammar = new();
        grammar.Add(path);
        return grammar;
    }

    private void Add(string path)
    {
        string name = "";
        foreach (string line in File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line.StartsWith("include ", StringComparison.Ordinal))
            {
                Add(Path.Combine(Path.GetDirectoryName(path)!, line["include ".Length..] + ".txt"));
            }
            else if (line[0] == '[')
            {
                string marked = line.Trim('[', ']');
                name = marked.TrimEnd('~', '=');
                if (marked.Contains('~'))
                {
                    Partial.Add(name);
                }

                if (marked.Contains('='))
                {
                    Once.Add(name);
                }

                if (name != "task" && !Lists.TryAdd(name, []))
                {
                    throw new InvalidDataException($"{Path.GetFileName(path)}: the list '{name}' is there twice.");
                }
            }
            else if (name == "task")
            {
                string[] pair = line.Split(": ", 2);
                Task.Add(pair[0], pair[1].Length == 0 ? "" : pair[1]);
            }
            else
            {
                Lists[name].Add(line);
            }
        }
    }
}

// SplitMix64, so that the rows do not hang on a runtime's own generator.
internal sealed class Draw
{
    private ulong _state = 14695981039346656037;

    public Draw(string seed)
    {
        foreach (byte value in Encoding.UTF8.GetBytes(seed))
        {
            _state = (_state ^ value) * 1099511628211;
        }
    }

    public int Below(int bound)
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }

    public void Shuffle<T>(List<T> items)
    {
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}

// Writes rows of one label.
internal sealed partial class Writer(Grammar grammar, Draw draw, string[] labels, string label, bool heldOut)
{
    private const int FewestWords = 7;
    private const int MostWords = 25;
    private const int HeldOutEvery = 5;
    private const int HeldOutPercent = 30;

    private static readonly HashSet<string> Common =
    [
        "about", "after", "again", "because", "been", "before", "between", "could", "does", "down", "each", "even", "ever", "every", "from",
        "have", "here", "into", "just", "like", "more", "most", "much", "nobody", "only", "over", "should", "since", "some", "than", "that",
        "them", "there", "they", "this", "until", "very", "were", "what", "when", "where", "which", "while", "will", "with", "without",
        "would", "your",
    ];

    private readonly Dictionary<string, string> _chosen = [];
    private bool _positive;
    private string _other = "";

    public string NewRow(HashSet<string> seen)
    {
        for (int attempt = 0; attempt < 10_000; attempt++)
        {
            _chosen.Clear();
            _positive = label == "positive" || (label != "negative" && draw.Below(2) == 0);
            _other = labels.Where(other => other != label).ElementAt(draw.Below(labels.Length - 1));
            string row = Tidy(Expand("{" + label + "}"));
            if (ReadsWell(row) && seen.Add(row))
            {
                return row;
            }
        }

        throw new InvalidDataException($"No new row for '{label}' of '{grammar.Task["name"]}'; add words to its lists.");
    }

    // {name} is a line of a list, (a|b) one of the alternatives.
    private string Expand(string text)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                int end = text.IndexOf('}', i);
                result.Append(FromList(text[(i + 1)..end]));
                i = end;
            }
            else if (text[i] == '(')
            {
                int end = text.IndexOf(')', i);
                string[] alternatives = text[(i + 1)..end].Split('|');
                result.Append(Expand(alternatives[draw.Below(alternatives.Length)]));
                i = end;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private string FromList(string reference)
    {
        string name = reference[0] switch
        {
            '+' => (_positive ? "pos." : "neg.") + reference[1..],
            '-' => (_positive ? "neg." : "pos.") + reference[1..],
            '@' => label + "." + reference[1..],
            '!' => _other + "." + reference[1..],
            _ => reference,
        };
        if (_chosen.TryGetValue(name, out string? earlier))
        {
            return earlier;
        }

        List<string> lines = grammar.Lists[name];
        int index = draw.Below(lines.Count);
        if (grammar.Partial.Contains(name))
        {
            bool fresh = heldOut && draw.Below(100) < HeldOutPercent;
            while (index % HeldOutEvery == HeldOutEvery - 1 != fresh)
            {
                index = draw.Below(lines.Count);
            }
        }

        string text = Expand(lines[index]);
        if (grammar.Once.Contains(name))
        {
            _chosen[name] = text;
        }

        return text;
    }

    private static string Tidy(string text)
    {
        text = Spaces().Replace(text, " ").Trim();
        text = QuestionEnd().Replace(text, "?");
        text = Article().Replace(text, match => match.Value[0] + "n ");
        return SentenceStart().Replace(text, match => match.Value.ToUpperInvariant());
    }

    private static bool ReadsWell(string row)
    {
        int words = row.Count(character => character == ' ') + 1;
        if (words is < FewestWords or > MostWords || Year().Count(row) > 1)
        {
            return false;
        }

        HashSet<string> used = [];
        return Word().Matches(row.ToLowerInvariant())
            .Select(match => match.Value.TrimEnd('s'))
            .Where(word => word.Length > 3 && !Common.Contains(word))
            .All(used.Add);
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\?[.,;:!]")]
    private static partial Regex QuestionEnd();

    [GeneratedRegex(@"\b[Aa] (?=[aeio]|un[^i]|ugly|hour|honest)(?!one\b)")]
    private static partial Regex Article();

    [GeneratedRegex(@"^\p{Ll}|(?<=[.!?] )\p{Ll}")]
    private static partial Regex SentenceStart();

    [GeneratedRegex(@"\b(1[89]|20)\d\d\b")]
    private static partial Regex Year();

    [GeneratedRegex(@"[\p{L}']+")]
    private static partial Regex Word();
}
