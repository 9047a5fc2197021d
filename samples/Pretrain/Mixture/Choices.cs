using Spot.Pretraining;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Which of a few words goes with a sentence: one that stands in it or beside it, among words from elsewhere. Needs nothing but raw text.</summary>
internal sealed class Choices
{
    private const int MostOthers = 5, HeldOut = 200, LeastSentences = 5, Sentences = 400, Counted = 60;
    private readonly string[][] _documents;
    private readonly HashSet<string> _usable;
    private readonly Random _random;

    private Choices(Corpus corpus, int seed)
    {
        _random = new Random(seed);
        _documents =
        [
            .. corpus.Files.SelectMany(file => file.Value).Where(document => document.Length > 1500)
                .Select(document => Corpus.Sentences(document).Take(Sentences).ToArray()).Where(sentences => sentences.Length >= LeastSentences),
        ];
        _usable = Usable();
    }

    /// <summary>Makes the task; nothing without text.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="count">Examples.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="rate">Its share of the training examples.</param>
    public static IEnumerable<MixtureTask> Create(Corpus corpus, int count, int seed, double rate)
    {
        Choices choices = new(corpus, seed);
        if (choices._usable.Count < 1000)
        {
            return [];
        }

        TextExample[] all = [.. choices.Examples().Take(count + HeldOut)];
        return [new MixtureTask(new TextTask("choices", [], all[..count], all[count..], family: "choice")) { Rate = rate, TaskPrompt = false }];
    }

    private IEnumerable<TextExample> Examples()
    {
        while (true)
        {
            string[] sentences = _documents[_random.Next(_documents.Length)];
            int at = _random.Next(1, sentences.Length - 1), where = _random.Next(4);
            string text = sentences[at];
            string[] from = Known(sentences[where < 2 ? at : where == 2 ? at - 1 : at + 1]);
            if (from.Length == 0)
            {
                continue;
            }

            string answer = from[_random.Next(from.Length)];
            HashSet<string> near = [.. Words.Content(sentences[at - 1]), .. Words.Content(text), .. Words.Content(sentences[at + 1])];
            string[] others = [.. Enumerable.Range(0, _random.Next(1, MostOthers + 1)).Select(_ => Elsewhere()).Where(word => !near.Contains(word)).Distinct(StringComparer.Ordinal)];
            if (others.Length > 0)
            {
                ComposedRow[] rows = [.. others.Prepend(answer).Select(word => new ComposedRow(word))];
                yield return new TextExample(where == 1 ? text.Replace(answer, "", StringComparison.OrdinalIgnoreCase) : text, answer) { PromptRows = Filler.Complete(rows, _random) };
            }
        }
    }

    private string Elsewhere()
    {
        while (true)
        {
            string[] document = _documents[_random.Next(_documents.Length)];
            if (Known(document[_random.Next(document.Length)]) is { Length: > 0 } words)
            {
                return words[_random.Next(words.Length)];
            }
        }
    }

    private string[] Known(string sentence) => [.. Words.Content(sentence).Where(_usable.Contains)];

    // Neither rare nor in every hundredth sentence.
    private HashSet<string> Usable()
    {
        string[] sentences = [.. _documents.SelectMany(document => document.Take(Counted))];
        return
        [
            .. sentences.SelectMany(sentence => Words.Content(sentence).Distinct(StringComparer.Ordinal)).CountBy(word => word, StringComparer.Ordinal)
                .Where(word => word.Value >= 5 && word.Value < sentences.Length / 100).Select(word => word.Key),
        ];
    }
}
