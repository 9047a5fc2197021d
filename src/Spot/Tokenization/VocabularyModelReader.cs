using System.Text;

namespace Spot.Tokenization;

/// <summary>Reads a SentencePiece <c>ModelProto</c> and refuses whatever is not a Unigram vocabulary of T5's or mT5's kind.</summary>
internal sealed class VocabularyModelReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly string[] ModelTypes = ["?", "Unigram", "BPE", "word", "character"];

    private readonly string _source;
    private readonly VocabularyBuilder _builder;
    private int _count;
    private byte[] _characterMap = [];
    private long _eosId = 2;
    private long _padId = -1;
    private string _unknownSurface = " \u2047 ";

    private VocabularyModelReader(string source)
    {
        _source = source;
        _builder = new VocabularyBuilder(source, id => $"piece {id}", "Use the spiece.model that lies beside a T5 or mT5 checkpoint's config.json.");
    }

    /// <summary>Reads a model; <paramref name="source"/> names it in errors.</summary>
    public static VocabularyModel Read(ReadOnlySpan<byte> bytes, string source)
    {
        VocabularyModelReader reader = new(source);
        reader.ReadModel(bytes);
        return reader._builder.Finish(reader._characterMap, reader._padId, reader._eosId, reader._unknownSurface);
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
        int id = _count++;
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

        if (kind is < (long)PieceKind.Normal or > (long)PieceKind.Byte)
        {
            throw _builder.Bad($"piece {id} is of type {kind}, expected 1 to 6");
        }

        _builder.Add(text, score, (PieceKind)kind);
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
                case 35: _builder.ByteFallback = trainer.ReadInteger() != 0; break;
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

    private string Text(ReadOnlySpan<byte> utf8, string what)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw _builder.Bad($"{what} is not UTF-8");
        }
    }

    private void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw _builder.Bad(otherwise);
        }
    }
}
