using System.Text;

namespace Spot.Tokenization;

/// <summary>Reads a SentencePiece <c>ModelProto</c> and refuses whatever is not a Unigram vocabulary of T5's or mT5's kind.</summary>
internal sealed partial class VocabularyModelReader
{
    // Logarithms of probabilities are far smaller; the sum over the longest text is to stay finite.
    private const float MostScore = 1e27f;

    private const int MostPiece = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly string[] ModelTypes = ["?", "Unigram", "BPE", "word", "character"];

    private readonly string _source;
    private readonly List<VocabularyPiece> _pieces = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private byte[] _characterMap = [];
    private long _eosId = 2;
    private long _padId = -1;
    private int _unknownId = -1;
    private string _unknownSurface = " \u2047 ";

    private VocabularyModelReader(string source) => _source = source;

    /// <summary>Reads a model; <paramref name="source"/> names it in errors.</summary>
    public static VocabularyModel Read(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.StartsWith("version https://git-lfs"u8))
        {
            throw new InvalidDataException($"{source} is a Git LFS pointer, not the file itself. Run 'git lfs pull' where it comes from.");
        }

        VocabularyModelReader reader = new(source);
        reader.ReadModel(bytes);
        return reader.Finish();
    }

    // The settings stand behind the pieces but are read first: "BPE" says more than what is odd about a BPE model's pieces.
    private void ReadModel(ReadOnlySpan<byte> bytes)
    {
        ProtoReader settings = new(bytes, _source);
        while (settings.Next())
        {
            switch (settings.Field)
            {
                case 2: ReadTrainer(settings.ReadBytes()); break;
                case 3: ReadNormalizer(settings.ReadBytes()); break;
                default: settings.Skip(); break;
            }
        }

        ProtoReader pieces = new(bytes, _source);
        while (pieces.Next())
        {
            if (pieces.Field == 1)
            {
                ReadPiece(pieces.ReadBytes());
            }
            else
            {
                pieces.Skip();
            }
        }
    }

    private void ReadPiece(ReadOnlySpan<byte> bytes)
    {
        int id = _pieces.Count;
        string text = "";
        float score = 0;
        long kind = (long)PieceKind.Normal;
        ProtoReader piece = new(bytes, _source);
        while (piece.Next())
        {
            switch (piece.Field)
            {
                case 1: text = Text(piece.ReadBytes(), $"piece {id}"); break;
                case 2: score = piece.ReadSingle(); break;
                case 3: kind = piece.ReadInteger(); break;
                default: piece.Skip(); break;
            }
        }

        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            throw Bad($"piece {id} is empty or holds U+0000");
        }

        if (text.Length > MostPiece)
        {
            throw Bad($"piece {id} has {text.Length} characters, expected at most {MostPiece}");
        }

        if (!(Math.Abs(score) <= MostScore))
        {
            throw Bad($"the score of piece {id} ('{text}') is {score}, expected a number of at most {MostScore} either way");
        }

        if (kind is < (long)PieceKind.Normal or > (long)PieceKind.Byte)
        {
            throw Bad($"piece {id} ('{text}') is of type {kind}, expected 1 to 6");
        }

        if (!_ids.TryAdd(text, id))
        {
            throw Bad($"pieces {_ids[text]} and {id} are both '{text}'");
        }

        if (kind == (long)PieceKind.Unknown)
        {
            _unknownId = _unknownId < 0 ? id : throw Bad($"pieces {_unknownId} and {id} are both of type Unknown, expected one");
        }
        else if (kind == (long)PieceKind.Byte)
        {
            TakeByte(text, id);
        }
        else if (kind == (long)PieceKind.UserDefined)
        {
            TakeSentinel(text, id);
        }

        _pieces.Add(new VocabularyPiece(text, score, (PieceKind)kind));
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes)
    {
        ProtoReader trainer = new(bytes, _source);
        while (trainer.Next())
        {
            switch (trainer.Field)
            {
                case 3:
                    long type = trainer.ReadInteger();
                    string name = type is > 0 and < 5 ? ModelTypes[type] : $"type {type}";
                    Require(type == 1, $"its model type is {name}, expected Unigram");
                    break;
                case 24: Require(trainer.ReadInteger() == 0, "treat_whitespace_as_suffix is true, expected false"); break;
                case 35: _byteFallback = trainer.ReadInteger() != 0; break;
                case 42: _eosId = trainer.ReadInteger(); break;
                case 43: _padId = trainer.ReadInteger(); break;
                case 44: _unknownSurface = Text(trainer.ReadBytes(), "unk_surface"); break;
                default: trainer.Skip(); break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes)
    {
        ProtoReader normalizer = new(bytes, _source);
        while (normalizer.Next())
        {
            switch (normalizer.Field)
            {
                case 2: _characterMap = normalizer.ReadBytes().ToArray(); break;
                case 3: Require(normalizer.ReadInteger() == 1, "add_dummy_prefix is false, expected true"); break;
                case 4: Require(normalizer.ReadInteger() == 1, "remove_extra_whitespaces is false, expected true"); break;
                case 5: Require(normalizer.ReadInteger() == 1, "escape_whitespaces is false, expected true"); break;
                default: normalizer.Skip(); break;
            }
        }
    }

    private VocabularyModel Finish()
    {
        Require(_pieces.Count > 0, "it holds no pieces");
        Require(_unknownId >= 0, $"none of its {_pieces.Count} pieces is of type Unknown");
        Require(_pieces.Exists(p => p.Kind == PieceKind.Normal), $"none of its {_pieces.Count} pieces is of type Normal");
        return new VocabularyModel(
            _pieces, _characterMap, Control(_padId, "pad_id"), Control(_eosId, "eos_id"), _unknownId, _unknownSurface, Bytes(), Sentinels());
    }

    private int Control(long id, string name)
    {
        Require(id >= 0 && id < _pieces.Count, $"{name} is {id}, expected 0 to {_pieces.Count - 1}");
        Require(_pieces[(int)id].Kind == PieceKind.Control, $"{name} {id} is a piece of type {_pieces[(int)id].Kind}, expected Control");
        return (int)id;
    }

    private string Text(ReadOnlySpan<byte> utf8, string what)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"{what} is not UTF-8");
        }
    }

    private void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw Bad(otherwise);
        }
    }

    private InvalidDataException Bad(string what) =>
        new($"{_source} is not a T5 vocabulary: {what}. Use the spiece.model that lies beside a T5 or mT5 checkpoint's config.json.");
}
