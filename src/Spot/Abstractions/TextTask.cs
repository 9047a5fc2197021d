using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Spot;

/// <summary>A supervised task in text-to-text form: label words and examples for training, validation and test.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class TextTask
{
    private readonly Lazy<string> _fingerprint;

    /// <summary>Checks and holds a task.</summary>
    /// <param name="name">The task's name, for example <c>sst2</c>.</param>
    /// <param name="labels">The label words, distinct; empty for a task with free-form targets.</param>
    /// <param name="train">Training examples, at least one.</param>
    /// <param name="validation">Validation examples, by which the best checkpoint is chosen, at least one.</param>
    /// <param name="test">Test examples, possibly none.</param>
    /// <param name="family">What kind of task it is, for example <c>sentiment</c>.</param>
    /// <exception cref="ArgumentException">A name is empty, labels repeat, a split is empty, or a target is not among the labels.</exception>
    public TextTask(
        string name,
        IReadOnlyList<string> labels,
        IReadOnlyList<TextExample> train,
        IReadOnlyList<TextExample> validation,
        IReadOnlyList<TextExample>? test = null,
        string? family = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Family = family;
        Labels = [.. labels];
        Train = [.. train];
        Validation = [.. validation];
        Test = [.. test ?? []];
        CheckLabels();
        CheckSplit("train", Train, mayBeEmpty: false);
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

    /// <summary>Examples to tune on.</summary>
    public IReadOnlyList<TextExample> Train { get; }

    /// <summary>Examples that choose the best checkpoint.</summary>
    public IReadOnlyList<TextExample> Validation { get; }

    /// <summary>Examples to report on; may be empty.</summary>
    public IReadOnlyList<TextExample> Test { get; }

    /// <summary>SHA-256 (hex, lower case) over name, labels and all examples.</summary>
    public string Fingerprint => _fingerprint.Value;

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
    }

    private void CheckSplit(string split, IReadOnlyList<TextExample> examples, bool mayBeEmpty)
    {
        if (examples.Count == 0 && !mayBeEmpty)
        {
            throw new ArgumentException($"Task '{Name}' has no {split} examples; at least one is needed.");
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
