using Spot.Pretraining;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>
/// Texts behind rows that define the possible answers: a few of the classes of a data set, each under a name or an arbitrary word, which is mixed with
/// words that are typical of the class. What a word stands for changes from example to example, so the model must compare a text with the rows in
/// front of it, as it will have to with those of a soft prompt.
/// </summary>
internal static class Definitions
{
    private const int MostClasses = 6, HeldOut = 100;

    /// <summary>Makes a task of such examples.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="rows">Texts and class keys.</param>
    /// <param name="names">The names of a class; null where it has none but its most typical words.</param>
    /// <param name="fields">What a text is called in inputs.</param>
    /// <param name="count">Examples.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="rate">Its share of the training examples.</param>
    /// <param name="typical">The words that are mixed with a class's name; null for those that tell its texts from the others'.</param>
    /// <returns>The task; nothing where there are fewer than two classes.</returns>
    public static IEnumerable<MixtureTask> Of(
        string name, SplitRows rows, Func<string, IReadOnlyList<string>>? names, string[] fields, int count, int seed, double rate, Func<string, string[]>? typical = null)
    {
        Random random = new(seed);
        Dictionary<string, string[]> keywords = typical is null ? Keywords.Of(rows.Train) : rows.Classes.ToDictionary(key => key, typical, StringComparer.Ordinal);
        ILookup<string, Labelled> byClass = rows.Train.ToLookup(row => row.Label, StringComparer.Ordinal);
        string[] classes = [.. byClass.Select(group => group.Key).Where(key => keywords[key].Length > 3)];
        if (classes.Length < 2)
        {
            yield break;
        }

        Dictionary<string, Labelled[]> texts = classes.ToDictionary(key => key, key => byClass[key].ToArray(), StringComparer.Ordinal);
        TextExample[] all = [.. Enumerable.Range(0, count + HeldOut).Select(_ => Example())];
        yield return new MixtureTask(new TextTask(name, [], all[..count], all[count..], family: "definition")) { Rate = rate, TaskPrompt = false };

        TextExample Example()
        {
            string[] chosen = Words.Pick(classes, random.Next(2, Math.Min(MostClasses, classes.Length) + 1), random);
            Labelled row = One(texts[chosen[0]]);
            bool named = random.Next(2) == 0;
            string[] stand = Words.Pick(Words.Arbitrary, chosen.Length, random);
            string[] answers = [.. chosen.Select((key, i) => !named ? stand[i] : One(names?.Invoke(key) ?? keywords[key][..3]))];
            if (answers.Distinct(StringComparer.Ordinal).Count() < answers.Length)
            {
                (answers, named) = (stand, false);
            }

            // A name may say enough by itself; an arbitrary word does not.
            double weight = named ? random.Next(3) * 0.5 : 0.5 + random.NextDouble();
            ComposedRow[] defined = [.. chosen.Select((key, i) => new ComposedRow(answers[i], weight == 0 ? "" : Typical(keywords[key]), weight))];
            return new TextExample(Wording.Of(row.Text, fields, random), answers[0]) { PromptRows = Filler.Complete(defined, random) };
        }

        string Typical(string[] words) => string.Join(' ', Words.Pick(words[..Math.Min(words.Length, 8 + (7 * random.Next(3)))], random.Next(1, 6), random));

        T One<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
    }
}
