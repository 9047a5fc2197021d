using System.Collections.Immutable;
using Spot.Numerics;

namespace Spot.Library;

/// <summary>The keys of all records at one embedding step for one similarity, one behind the other in ordinal order of the ids. Immutable.</summary>
internal sealed class KeyMatrix
{
    private const int FewKeys = 1024; // up to here a copy is not worth making

    private readonly int _dim;
    private readonly LibraryEntry[] _entries;
    private readonly double[] _keys;
    private readonly Lazy<QuantizedKeys> _copy; // made by the first search

    private KeyMatrix(ImmutableSortedDictionary<string, LibraryEntry> source, LibraryEntry[] entries, int dim)
    {
        Source = source;
        _entries = entries;
        _dim = dim;
        _keys = new double[checked(entries.Length * dim)];
        _copy = new Lazy<QuantizedKeys>(() => new QuantizedKeys(_keys, _dim));
    }

    /// <summary>The records that the keys were taken of: while the library still has these, the matrix is up to date.</summary>
    internal ImmutableSortedDictionary<string, LibraryEntry> Source { get; }

    /// <summary>Builds a matrix; rows that an earlier one holds are copied, the others computed.</summary>
    /// <param name="source">All records.</param>
    /// <param name="step">Which embeddings.</param>
    /// <param name="similarity">Which similarity.</param>
    /// <param name="previous">An earlier matrix for the same step and similarity.</param>
    /// <param name="read">Reads the embedding of a record.</param>
    /// <param name="damaged">Told of records that cannot be read; their rows stay zero and the matrix must not be used.</param>
    /// <param name="cancellationToken">Checked before every record.</param>
    internal static KeyMatrix Build(
        ImmutableSortedDictionary<string, LibraryEntry> source,
        int step,
        PromptSimilarity similarity,
        KeyMatrix? previous,
        Func<LibraryEntry, TaskEmbedding> read,
        Action<LibraryEntry, InvalidDataException> damaged,
        CancellationToken cancellationToken)
    {
        LibraryEntry[] entries = [.. source.Values.Where(entry => entry.Info.EmbeddingStep == step)];
        KeyMatrix matrix = new(source, entries, entries.Length == 0 ? 0 : entries[0].Info.Dim);
        Dictionary<string, int> known = [];
        for (int row = 0; row < previous?._entries.Length; row++)
        {
            known[previous._entries[row].Sha256] = row;
        }

        for (int row = 0; row < entries.Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (known.TryGetValue(entries[row].Sha256, out int old))
                {
                    previous!.Row(old).CopyTo(matrix.Row(row));
                }
                else
                {
                    PromptKey.Write(read(entries[row]).Prompt, similarity, matrix.Row(row));
                }
            }
            catch (InvalidDataException exception)
            {
                damaged(entries[row], exception);
            }
        }

        return matrix;
    }

    /// <summary>Finds the keys most similar to a query's key; exact, in one pass over memory.</summary>
    internal PromptMatch[] Search(ReadOnlyMemory<double> query, int k, CancellationToken cancellationToken)
    {
        ScoredIndex[] best = _entries.Length == 0 ? []
            : _entries.Length <= FewKeys ? KeyScan.Search(_keys, _dim, query, k, cancellationToken)
            : _copy.Value.Search(_keys, query, k, cancellationToken);
        return [.. best.Select(found => new PromptMatch(_entries[found.Index].Info, found.Score))];
    }

    private Span<double> Row(int row) => _keys.AsSpan(row * _dim, _dim);
}
