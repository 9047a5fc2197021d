using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Spot.Pretraining;

namespace Spot;

/// <summary>A supervised task in text-to-text form: label words and examples for training, validation and test.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class TextTask
{
    private const string LanguageModelling = "language modelling";
    private readonly Lazy<string> _fingerprint;

    /// <summary>Checks and holds a task.</summary>
    /// <param name="name">The task's name, for example <c>sst2</c>.</param>
    /// <param name="labels">The label words, distinct, at least two; empty for a task with free-form targets.</param>
    /// <param name="train">Training examples, at least one.</param>
    /// <param name="validation">Validation examples, by which the best checkpoint is chosen, at least one.</param>
    /// <param name="test">Test examples, possibly none.</param>
    /// <param name="family">What kind of task it is, for example <c>sentiment</c>.</param>
    /// <param name="metrics">What its predictions are scored by, at least one; null for accuracy.</param>
    /// <exception cref="ArgumentException">A name is empty, there are no metrics or two of one name, there is one label or labels repeat, a split is empty, an input or target is empty or holds a NUL character, or a target is not among the labels.</exception>
    public TextTask(
        string name,
        IReadOnlyList<string> labels,
        IReadOnlyList<TextExample> train,
        IReadOnlyList<TextExample> validation,
        IReadOnlyList<TextExample>? test = null,
        string? family = null,
        IReadOnlyList<TaskMetric>? metrics = null)
        : this(name, labels, train, validation, test, family, metrics, TextObjective.TextToText)
    {
    }

    private TextTask(
        string name,
        IReadOnlyList<string> labels,
        IReadOnlyList<TextExample> train,
        IReadOnlyList<TextExample> validation,
        IReadOnlyList<TextExample>? test,
        string? family,
        IReadOnlyList<TaskMetric>? metrics,
        TextObjective objective,
        IDocumentWindows? stream = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Family = family;
        Labels = [.. labels];
        Train = [.. train];
        Validation = [.. validation];
        Test = [.. test ?? []];
        Metrics = metrics is null ? [TaskMetric.Accuracy] : [.. metrics];
        Objective = objective;
        Stream = stream;
        CheckMetrics();
        CheckLabels();
        CheckSplit("train", Train, mayBeEmpty: stream is not null);
        CheckSplit("validation", Validation, mayBeEmpty: false);
        CheckSplit("test", Test, mayBeEmpty: true);
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>The task's name.</summary>
    public string Name { get; }

    /// <summary>What kind of task it is, if said.</summary>
    public string? Family { get; }

    /// <summary>The label words in their order; empty for free-form targets.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Examples to tune on; empty where <see cref="Stream"/> has them.</summary>
    public IReadOnlyList<TextExample> Train { get; }

    /// <summary>Documents to tune on that are read meanwhile; null where <see cref="Train"/> has all. Who made it disposes it, if need be.</summary>
    public IDocumentWindows? Stream { get; }

    /// <summary>Examples that choose the best checkpoint.</summary>
    public IReadOnlyList<TextExample> Validation { get; }

    /// <summary>Examples to report on; may be empty.</summary>
    public IReadOnlyList<TextExample> Test { get; }

    /// <summary>What predictions are scored by; the score of a checkpoint is their mean.</summary>
    public IReadOnlyList<TaskMetric> Metrics { get; }

    /// <summary>What the training examples ask for.</summary>
    public TextObjective Objective { get; }

    /// <summary>SHA-256 (hex, lower case) over name, objective, labels, metrics' names and all examples.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>A source task on raw text, which needs no labels.</summary>
    /// <param name="name">The task's name, for example <c>c4</c>.</param>
    /// <param name="train">Documents to tune on, at least one.</param>
    /// <param name="validation">Documents that choose the best checkpoint, at least one.</param>
    /// <param name="objective">Prefix language modelling, SPoT's own, or span corruption.</param>
    /// <returns>
    /// A task whose examples have the document as input and no target. It is scored by the mean likelihood of a target token (100 · e^−loss), 0 … 100.
    /// </returns>
    /// <exception cref="ArgumentException">A name is empty, or there are no documents.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The objective is not one for raw text.</exception>
    public static TextTask FromText(
        string name, IEnumerable<string> train, IEnumerable<string> validation, TextObjective objective = TextObjective.PrefixLanguageModel)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        CheckObjective(objective);
        return new TextTask(name, [], Documents(train), Documents(validation), null, LanguageModelling, null, objective);
    }

    /// <summary>A source task on raw text that is read while it is tuned on, as much as there may be.</summary>
    /// <param name="name">The task's name, for example <c>c4</c>.</param>
    /// <param name="train">Documents to tune on.</param>
    /// <param name="validation">Documents that choose the best checkpoint, at least one; these are kept in memory.</param>
    /// <param name="objective">Prefix language modelling, SPoT's own, or span corruption.</param>
    /// <returns>A task without training examples, but with a <see cref="Stream"/>; else as that of <see cref="FromText"/>.</returns>
    /// <exception cref="ArgumentException">A name is empty, or there are no documents for validation.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The objective is not one for raw text.</exception>
    public static TextTask FromStream(
        string name, IDocumentWindows train, IEnumerable<string> validation, TextObjective objective = TextObjective.PrefixLanguageModel)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        CheckObjective(objective);
        return new TextTask(name, [], [], Documents(validation), null, LanguageModelling, null, objective, train);
    }

    private static void CheckObjective(TextObjective objective)
    {
        if (objective is not (TextObjective.PrefixLanguageModel or TextObjective.SpanCorruption))
        {
            throw new ArgumentOutOfRangeException(nameof(objective), objective, "Raw text has no targets: use PrefixLanguageModel or SpanCorruption.");
        }
    }

    private static TextExample[] Documents(IEnumerable<string> texts) => [.. texts.Select(text => new TextExample(text, ""))];

    private void CheckMetrics()
    {
        if (Metrics.Count == 0 || Metrics.Select(metric => metric.Name).Distinct(StringComparer.Ordinal).Count() < Metrics.Count)
        {
            throw new ArgumentException($"Task '{Name}' has {(Metrics.Count == 0 ? "no metric" : "two metrics of one name")}; give it at least one, with distinct names.");
        }
    }

    private void CheckLabels()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string label in Labels)
        {
            if (string.IsNullOrWhiteSpace(label))
            {
                throw new ArgumentException($"Task '{Name}' has an empty label; give each class a word that the model can write.");
            }

            if (!seen.Add(label))
            {
                throw new ArgumentException($"Task '{Name}' has the label '{label}' twice; labels must be distinct.");
            }
        }

        if (Labels.Count == 1)
        {
            throw new ArgumentException($"Task '{Name}' has one label, '{Labels[0]}', so that every answer is right; give it all its labels, or none for free-form targets.");
        }
    }

    private void CheckSplit(string split, IReadOnlyList<TextExample> examples, bool mayBeEmpty)
    {
        if (examples.Count == 0 && !mayBeEmpty)
        {
            throw new ArgumentException($"Task '{Name}' has no {split} examples; at least one is needed.");
        }

        for (int i = 0; i < examples.Count && Objective == TextObjective.TextToText; i++)
        {
            if (ExampleValidator.Problem(examples[i]) is { } problem)
            {
                throw new ArgumentException($"Task '{Name}', {split} example {i + 1}: {problem}. Correct the row or leave it out.");
            }
        }

        if (Labels.Count == 0)
        {
            return;
        }

        HashSet<string> known = new(Labels, StringComparer.Ordinal);
        for (int i = 0; i < examples.Count; i++)
        {
            if (!known.Contains(examples[i].Target))
            {
                throw new ArgumentException(
                    $"Task '{Name}', {split} example {i + 1}: found the target '{examples[i].Target}', expected one of the labels " +
                    $"{string.Join(", ", Labels.Select(label => $"'{label}'"))}. Correct the row or add the label to the task.");
            }
        }
    }

    private string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, Name);
        AppendCount(hash, (int)Objective);
        if (Stream is not null)
        {
            AppendText(hash, Stream.Identity);
        }

        AppendCount(hash, Metrics.Count);
        foreach (TaskMetric metric in Metrics)
        {
            AppendText(hash, metric.Name);
        }

        AppendCount(hash, Labels.Count);
        foreach (string label in Labels)
        {
            AppendText(hash, label);
        }

        foreach (IReadOnlyList<TextExample> split in new[] { Train, Validation, Test })
        {
            AppendCount(hash, split.Count);
            foreach (TextExample example in split)
            {
                AppendText(hash, example.Input);
                AppendText(hash, example.Target);
                AppendText(hash, example.Group ?? "");
                AppendCount(hash, example.Answers?.Count ?? -1);
                foreach (string answer in example.Answers ?? [])
                {
                    AppendText(hash, answer);
                }

                foreach (ComposedRow row in example.PromptRows ?? [])
                {
                    AppendText(hash, row.Label);
                    AppendText(hash, row.Hints);
                    AppendText(hash, row.HintWeight.ToString(CultureInfo.InvariantCulture));
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AppendCount(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendCount(IncrementalHash hash, int count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        hash.AppendData(bytes);
    }
}
