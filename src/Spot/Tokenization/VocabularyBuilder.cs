using System.Globalization;
using Spot.Serialization;

namespace Spot.Tokenization;

/// <summary>Collects the pieces of a vocabulary and refuses whatever is not of T5's or mT5's kind.</summary>
/// <param name="source">The file, as errors name it.</param>
/// <param name="place">What errors call a piece, by its id.</param>
/// <param name="remedy">What errors advise.</param>
internal sealed class VocabularyBuilder(string source, Func<int, string> place, string remedy)
{
    // Logarithms of probabilities are far smaller; the sum over the longest text is to stay finite.
    private const double MostScore = 1e27;

    private const int MostPiece = 4096;

    private readonly List<VocabularyPiece> _pieces = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly int[] _byteIds = Absent(256);
    private readonly int[] _sentinelIds = Absent(T5Tokenizer.SentinelCount);
    private int _unknownId = -1;

    /// <summary>Whether unknown characters are spelled in bytes; to be set before the first piece.</summary>
    public bool ByteFallback { get; set; }

    /// <summary>Adds a piece under the next id.</summary>
    public void Add(string text, double score, PieceKind kind)
    {
        int id = _pieces.Count;
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            throw Bad($"{place(id)} is empty or holds U+0000");
        }

        if (text.Length > MostPiece)
        {
            throw Bad($"{place(id)} has {text.Length} characters, expected at most {MostPiece}");
        }

        if (!(Math.Abs(score) <= MostScore))
        {
            throw Bad(FormattableString.Invariant($"the score of {Name(id, text)} is {(float)score}, expected a number of at most {MostScore} either way"));
        }

        if (!_ids.TryAdd(text, id))
        {
            throw Bad($"{place(_ids[text])} and {place(id)} are both {Quote(text)}");
        }

        switch (kind)
        {
            case PieceKind.Unknown:
                _unknownId = _unknownId < 0 ? id : throw Bad($"{place(_unknownId)} and {place(id)} are both of type Unknown, expected one");
                break;
            case PieceKind.Byte: TakeByte(text, id); break;
            case PieceKind.UserDefined: TakeSentinel(text, id); break;
            default: break;
        }

        _pieces.Add(new VocabularyPiece(text, (float)score, kind));
    }

    /// <summary>The id of a piece; −1 if there is none.</summary>
    public int Find(string text) => _ids.GetValueOrDefault(text, -1);

    /// <summary>Checks the whole and makes the vocabulary.</summary>
    public VocabularyModel Finish(byte[] characterMap, long padId, long eosId, string unknownSurface, UnicodeRules? rules = null)
    {
        Require(_pieces.Count > 0, "it holds no pieces");
        Require(_unknownId >= 0, $"none of its {_pieces.Count} pieces is of type Unknown");
        Require(_pieces.Exists(p => p.Kind == PieceKind.Normal), $"none of its {_pieces.Count} pieces is of type Normal");
        return new VocabularyModel(
            _pieces, characterMap, Control(padId, "pad_id"), Control(eosId, "eos_id"), _unknownId, unknownSurface, Bytes(), Sentinels(), rules);
    }

    /// <summary>The error for a file that holds something else.</summary>
    public InvalidDataException Bad(string what) => new($"{source} is not a T5 vocabulary: {what}. {remedy}");

    private int Control(long id, string name)
    {
        Require(id >= 0 && id < _pieces.Count, $"{name} is {id}, expected 0 to {_pieces.Count - 1}");
        Require(_pieces[(int)id].Kind == PieceKind.Control, $"{name} {id} is a piece of type {_pieces[(int)id].Kind}, expected Control");
        return (int)id;
    }

    private void TakeByte(string text, int id)
    {
        Require(ByteFallback, $"{Name(id, text)} is of type Byte, but byte_fallback is false");
        int value = ByteNamed(text);
        Require(value >= 0, $"{Name(id, text)} is of type Byte, expected a name from '<0x00>' to '<0xFF>'");
        _byteIds[value] = id;
    }

    private void TakeSentinel(string text, int id)
    {
        int k = SentinelNamed(text);
        Require(k >= 0, $"{Name(id, text)} is of type UserDefined, which only sentinels may be: '<extra_id_0>' to '<extra_id_99>'");
        _sentinelIds[k] = _sentinelIds[k] < 0 ? id : throw Bad($"{place(_sentinelIds[k])} and {place(id)} are both the sentinel '<extra_id_{k}>'");
    }

    /// <summary>The byte whose piece has this name; −1 if none has.</summary>
    public static int ByteNamed(string text) =>
        text is ['<', '0', 'x', _, _, '>'] && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            && text == T5Tokenizer.BytePiece(value) ? value : -1;

    /// <summary>The k of a sentinel's piece, which may have a word mark; −1 if it is none.</summary>
    public static int SentinelNamed(string text) => T5Tokenizer.SentinelNamed(text.AsSpan(text.StartsWith('\u2581') ? 1 : 0));

    private int[]? Bytes()
    {
        int missing = Array.IndexOf(_byteIds, -1);
        Require(!ByteFallback || missing < 0, $"byte_fallback is true, but there is no piece '{T5Tokenizer.BytePiece((byte)Math.Max(missing, 0))}' of type Byte");
        return ByteFallback ? _byteIds : null;
    }

    private int[]? Sentinels()
    {
        int missing = Array.IndexOf(_sentinelIds, -1);
        bool none = Array.TrueForAll(_sentinelIds, id => id < 0);
        Require(missing < 0 || none, $"of its own sentinels '<extra_id_{missing}>' is missing, expected {T5Tokenizer.SentinelCount} or none");
        return none ? null : _sentinelIds;
    }

    private static int[] Absent(int count)
    {
        int[] ids = new int[count];
        Array.Fill(ids, -1);
        return ids;
    }

    private string Name(int id, string text) => $"{place(id)} ({Quote(text)})";

    // Word marks stay readable.
    private static string Quote(string text) => SafetensorsHeader.Quote(text).Replace("\\u2581", "\u2581", StringComparison.Ordinal);

    private void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw Bad(otherwise);
        }
    }
}
