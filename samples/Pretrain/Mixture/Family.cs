using Spot.Pretraining;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Tasks that belong together, with their share of the training examples.</summary>
/// <param name="name">Begins the names of its tasks.</param>
/// <param name="fields">What a text is called in inputs.</param>
/// <param name="seed">Decides everything random.</param>
internal sealed class Family(string name, string[] fields, int seed)
{
    private const int MostTrain = 4000, MostValidation = 60;
    private readonly Random _random = new(seed);
    private readonly List<TextExample> _listedTrain = [], _listedValidation = [];

    /// <summary>The tasks with a prompt.</summary>
    public List<TextTask> Prompted { get; } = [];

    /// <summary>Adds a task: its prompt alone tells what is asked, and by which words.</summary>
    /// <param name="rows">Texts and class keys.</param>
    /// <param name="words">The label word of each class; rows of other classes are left out.</param>
    public void Add(SplitRows rows, IReadOnlyDictionary<string, string> words)
    {
        List<TextExample> train = Examples(rows.Train, words, MostTrain), validation = Examples(rows.Validation, words, MostValidation);
        if (train.Count < 20 || validation.Count == 0)
        {
            return;
        }

        Prompted.Add(new TextTask($"{name} {Prompted.Count}", [.. words.Values.Distinct(StringComparer.Ordinal)], train, validation, family: name));
        Listed(rows.Train, words, 1500, 2, _listedTrain);
        Listed(rows.Validation, words, 10, 0, _listedValidation);
    }

    /// <summary>Adds a task whose answers are no labels.</summary>
    public void AddOpen(SplitRows rows)
    {
        string field = fields[0];
        Prompted.Add(new TextTask($"{name} {Prompted.Count}", [], Open(rows.Train, MostTrain), Open(rows.Validation, MostValidation), family: name));

        List<TextExample> Open(List<Labelled> all, int most) =>
            [.. Shuffled(all).Take(most).Select(row => new TextExample(Wording.Of(row.Text, [field], _random), row.Label))];
    }

    /// <summary>The parts of a mixture.</summary>
    /// <param name="prompted">The share of the tasks with a prompt, together.</param>
    /// <param name="listed">The share of the same rows without a prompt, with the possible answers in the input.</param>
    public IEnumerable<MixtureTask> Parts(double prompted, double listed)
    {
        foreach (TextTask task in Prompted)
        {
            yield return new MixtureTask(task) { Rate = prompted / Prompted.Count };
        }

        if (listed > 0 && _listedTrain.Count > 0 && _listedValidation.Count > 0)
        {
            yield return new MixtureTask(new TextTask($"{name} listed", [], _listedTrain, _listedValidation, family: name)) { Rate = listed, TaskPrompt = false };
        }
    }

    // As many of each class as there are of the smallest, but at least a fifth of the share that it would have.
    private List<TextExample> Examples(List<Labelled> rows, IReadOnlyDictionary<string, string> words, int most)
    {
        ILookup<string, Labelled> byWord = Shuffled(rows).Where(row => words.ContainsKey(row.Label)).ToLookup(row => words[row.Label], StringComparer.Ordinal);
        if (byWord.Count < 2)
        {
            return [];
        }

        int each = Math.Min(most / byWord.Count, 2 * byWord.Min(group => group.Count()));
        return [.. byWord.SelectMany(group => group.Take(each).Select(row => new TextExample(Wording.Of(row.Text, fields, _random), group.Key)))];
    }

    private void Listed(List<Labelled> rows, IReadOnlyDictionary<string, string> words, int most, int behindRows, List<TextExample> target)
    {
        string[] answers = [.. words.Values.Distinct(StringComparer.Ordinal)];
        target.AddRange(Shuffled(rows).Where(row => words.ContainsKey(row.Label)).Take(most)
            .Select((row, i) => i % 3 >= behindRows
                ? new TextExample(Wording.Listed(row.Text, answers, fields, _random), words[row.Label])
                : new TextExample(Wording.Of(row.Text, fields, _random), words[row.Label]) { PromptRows = Filler.Complete([.. answers.Select(answer => new ComposedRow(answer))], _random) }));
    }

    private Labelled[] Shuffled(List<Labelled> rows)
    {
        Labelled[] all = [.. rows];
        _random.Shuffle(all);
        return all;
    }
}
