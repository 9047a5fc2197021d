using System.Text.Json;
using Spot.Serialization;

namespace Spot.Tokenization;

/// <summary>Reads a <c>tokenizer.json</c> of Hugging Face tokenizers and refuses whatever is not a Unigram vocabulary of T5's or mT5's kind.</summary>
internal sealed class TokenizerJsonReader
{
    private const int MostPieces = 1 << 21;
    private const string Padding = "<pad>", EndOfSequence = "</s>", Vocabulary = "vocab", AddedTokens = "added_tokens";

    private readonly ConfigReader _root;
    private readonly ConfigReader _model;
    private readonly VocabularyBuilder _builder;
    private readonly Dictionary<int, (string Text, int Entry)> _added = [];
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private string[] _texts = [];
    private double[] _scores = [];

    private TokenizerJsonReader(ConfigReader root, string source)
    {
        _root = root;
        _model = root.Section("model") ?? throw root.Error("found no 'model', expected a tokenizer as Hugging Face tokenizers writes it.");
        _builder = new VocabularyBuilder($"'{source}'", Place, "Use the tokenizer.json or the spiece.model of a T5 or mT5 checkpoint.");
    }

    /// <summary>Reads a file's bytes; <paramref name="source"/> names it in errors.</summary>
    public static VocabularyModel Read(ReadOnlyMemory<byte> json, string source) => new TokenizerJsonReader(ConfigReader.Parse(json, source), source).Read();

    private VocabularyModel Read()
    {
        string kind = _model.Text("type") ?? "Unigram"; // the first releases wrote no type
        if (kind != "Unigram")
        {
            throw _root.Error(
                $"'model.type' is {SafetensorsHeader.Quote(kind)}, expected 'Unigram', as T5's and mT5's tokenizers are. Use the checkpoint's spiece.model if it has one.");
        }

        (byte[] map, UnicodeRules? rules) = TokenizerJsonText.Read(_root);
        string end = ReadEndOfSequence();
        ReadPieces();
        ReadAddedTokens();
        _special.UnionWith([Padding, end]);
        AddPieces();
        return _builder.Finish(map, Find(Padding, "padding"), Find(end, "the end of sequence"), " \u2047 ", rules);
    }

    private void ReadPieces()
    {
        JsonElement entries = _model.List(Vocabulary) ?? throw _root.Error("'model.vocab' is missing, expected a list of pieces with their scores.");
        if (entries.GetArrayLength() > MostPieces)
        {
            throw _root.Error($"'model.vocab' has {entries.GetArrayLength()} pieces, expected at most {MostPieces}.");
        }

        _texts = new string[entries.GetArrayLength()];
        _scores = new double[_texts.Length];
        int id = 0;
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || ConfigReader.Characters(entry[0]) is not { } text
                || entry[1].ValueKind != JsonValueKind.Number || !entry[1].TryGetDouble(out double score))
            {
                throw _root.Error($"'model.vocab[{id}]' is {ConfigReader.Shown(entry)}, expected a list of a piece and its score, a number.");
            }

            (_texts[id], _scores[id++]) = (text, score);
        }
    }

    private void ReadAddedTokens()
    {
        int entry = 0;
        foreach (ConfigReader token in _root.Sections(AddedTokens))
        {
            int id = token.Count("id", least: 0, most: int.MaxValue);
            string text = token.Text("content") ?? throw token.Error($"'{AddedTokens}[{entry}].content' is missing, expected the token's text.");
            if (id < _texts.Length ? _texts[id] != text : !_added.TryAdd(id, (text, entry)))
            {
                string other = id < _texts.Length ? $"'model.vocab[{id}]' is {SafetensorsHeader.Quote(_texts[id])}" : $"'{AddedTokens}[{_added[id].Entry}]' has that id too";
                throw token.Error($"'{AddedTokens}[{entry}]' is {SafetensorsHeader.Quote(text)} with the id {id}, but {other}; expected one token for each id.");
            }

            bool special = token.Flag("special") ?? false;
            if (!special && VocabularyBuilder.SentinelNamed(text) < 0)
            {
                throw token.Error(
                    $"'{AddedTokens}[{entry}]' is {SafetensorsHeader.Quote(text)}, at which text is cut before it is written in pieces; expected special tokens and sentinels only, as T5 has them.");
            }

            _special.Add(text);
            entry++;
        }
    }

    private void AddPieces()
    {
        int unknown = _model.OptionalId("unk_id", _texts.Length - 1) ?? throw _root.Error("'model.unk_id' is missing, expected the id of what the vocabulary does not have.");
        int bytes = _texts.Select(VocabularyBuilder.ByteNamed).Where(value => value >= 0).Distinct().Count();
        _builder.ByteFallback = _model.Flag("byte_fallback") == true || bytes == 256; // converters leave the flag out: a piece for every byte says the same
        for (int id = 0; id < _texts.Length; id++)
        {
            _builder.Add(_texts[id], _scores[id], id == unknown ? PieceKind.Unknown : Kind(_texts[id]));
        }

        int next = _texts.Length;
        foreach (int id in _added.Keys.Order())
        {
            if (id != next++)
            {
                throw _root.Error($"'{AddedTokens}[{_added[id].Entry}].id' is {id}, expected {next - 1}: ids have no gaps.");
            }

            _builder.Add(_added[id].Text, 0, Kind(_added[id].Text));
        }
    }

    private PieceKind Kind(string text) =>
        VocabularyBuilder.SentinelNamed(text) >= 0 ? PieceKind.UserDefined
        : _special.Contains(text) ? PieceKind.Control
        : _builder.ByteFallback && VocabularyBuilder.ByteNamed(text) >= 0 ? PieceKind.Byte
        : PieceKind.Normal;

    // The text, then one special token.
    private string ReadEndOfSequence()
    {
        if (_root.Section("post_processor") is not { } post)
        {
            return EndOfSequence;
        }

        if (post.Text("type") is var type && type != "TemplateProcessing")
        {
            throw _root.Error($"'post_processor.type' is {SafetensorsHeader.Quote(type ?? "")}, expected 'TemplateProcessing', which puts T5's end of sequence behind the text.");
        }

        ConfigReader[] parts = [.. post.Sections("single").Take(3)];
        return parts is [var text, var end] && text.Section("Sequence") is not null && end.Section("SpecialToken")?.Text("id") is { Length: > 0 } name
            ? name
            : throw _root.Error("'post_processor.single' is not the text and one special token behind it, expected T5's end of sequence there and nothing else.");
    }

    private int Find(string text, string what) => _builder.Find(text) is >= 0 and var id ? id : throw _root.Error($"'model.vocab' has no piece {SafetensorsHeader.Quote(text)}, expected {what}.");

    private string Place(int id) => id < _texts.Length ? $"model.vocab[{id}]" : $"{AddedTokens}[{_added[id].Entry}]";
}
