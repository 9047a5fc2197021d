using System.Text;
using Microsoft.ML.Tokenizers;
using Spot.Serialization;

namespace Spot.Tokenization;

/// <summary>
/// The tokenizer of T5 and mT5: a Unigram vocabulary (Kudo 2018) read from a checkpoint's <c>spiece.model</c> or <c>tokenizer.json</c>, with
/// the same ids, offsets and decoding as SentencePiece, and the 100 sentinels of T5 (Raffel et al. 2020, §3.1.4).
/// </summary>
/// <remarks>
/// <para>
/// Two kinds of vocabulary are read. T5's has no sentinels: they are put behind its pieces; and a character that it does not have
/// is unknown. mT5's (Xue et al. 2021) has the sentinels among its pieces, as user-defined ones, and nothing is put behind them;
/// and it has a piece for every byte (SentencePiece's byte fallback): a character that it does not have is spelled in the bytes of
/// its UTF-8 form, and no text is unknown. A vocabulary may also have one of the two without the other. Everything else is refused:
/// other model types than Unigram, other user-defined pieces, and other treatment of white space than T5's.
/// </para>
/// <para>
/// User text is only text: no string yields the ids of padding, of the end of sequence or of a sentinel, whatever it spells.
/// <see cref="EncodeWithSentinels(string)"/> is for text that the application itself wrote. (SentencePiece itself does find
/// user-defined pieces in text: there, and only there, ids differ from it.)
/// </para>
/// <para>
/// Immutable after loading and safe to use from any number of threads at once; each thread keeps small buffers for the next call.
/// Time and memory grow linearly with the text. A lone surrogate is read as U+FFFD.
/// </para>
/// <para>
/// T5 has no pre-tokenizer, and its normalisation is part of its vocabulary: the base class's <c>considerPreTokenization</c> and
/// <c>considerNormalization</c> change nothing, and its <c>normalizedText</c> is null because all offsets are places in the text as given.
/// </para>
/// </remarks>
public sealed partial class T5Tokenizer : Tokenizer
{
    /// <summary>The number of sentinels, <c>&lt;extra_id_0&gt;</c> to <c>&lt;extra_id_99&gt;</c>.</summary>
    public const int SentinelCount = 100;

    private const string FileName = "spiece.model", JsonName = "tokenizer.json";
    private const int MostBytes = 1 << 26; // mT5's tokenizer.json has 16 MB
    private const string SentinelStart = "<extra_id_";

    private readonly string[] _pieces;
    private readonly PieceKind[] _kinds;
    private readonly int[] _sentinels;
    private readonly string _unknownSurface;
    private readonly TextNormalizer _normalizer;
    private readonly UnigramSearch _search;

    private T5Tokenizer(VocabularyModel model, string source)
    {
        int count = model.Pieces.Count;
        byte[]?[] keys = new byte[]?[count];
        int[] lengths = new int[count];
        float lowest = float.PositiveInfinity;
        _pieces = new string[count];
        _kinds = new PieceKind[count];
        for (int id = 0; id < count; id++)
        {
            VocabularyPiece piece = model.Pieces[id];
            _pieces[id] = piece.Text;
            _kinds[id] = piece.Kind;
            if (piece.Kind == PieceKind.Normal)
            {
                lowest = Math.Min(lowest, piece.Score);
                if (!piece.Text.Contains(' ', StringComparison.Ordinal)) // No space is left in normalised text.
                {
                    keys[id] = Encoding.UTF8.GetBytes(piece.Text.Replace('\u2581', ' '));
                    lengths[id] = keys[id]!.Length;
                }
            }
        }

        int behind = model.SentinelIds is null ? SentinelCount : 0;
        VocabularySize = count + behind;
        _sentinels = model.SentinelIds ?? [.. Enumerable.Range(0, SentinelCount).Select(k => VocabularySize - 1 - k)];
        PadId = model.PadId;
        EosId = model.EosId;
        UnknownId = model.UnknownId;
        _unknownSurface = model.UnknownSurface;
        _normalizer = new TextNormalizer(model.Rules is { } rules ? rules : new CharacterMap(model.CharacterMap, source));
        PieceTrie trie = PieceTrie.Build(keys, [.. model.Pieces.Select(piece => piece.Score)]);
        _search = new UnigramSearch(trie, lengths, UnknownId, lowest, model.ByteIds);
    }

    /// <summary>
    /// The number of ids: the pieces of the file and, unless it has sentinels itself, the sentinels behind them
    /// (32,100 for the published T5, 250,100 for mT5).
    /// </summary>
    /// <remarks>A checkpoint may pad its embedding table to more rows (32,128 and 250,112); no text yields those ids.</remarks>
    public int VocabularySize { get; }

    /// <summary>The id that fills up batches (0 for the published T5); no text yields it.</summary>
    public int PadId { get; }

    /// <summary>The id of the end of sequence (1 for the published T5); no text yields it.</summary>
    public int EosId { get; }

    /// <summary>The id of characters that the vocabulary does not have (2 for the published T5); neighbouring ones become one.</summary>
    /// <remarks>No text yields it from a vocabulary with byte fallback, such as mT5's.</remarks>
    public int UnknownId { get; }

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="path">
    /// A <c>spiece.model</c> or <c>tokenizer.json</c>, or a checkpoint's folder: of that, <c>spiece.model</c> where there are both. May be a link.
    /// </param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a Unigram vocabulary of T5's or mT5's kind, is damaged, or has more than 64 MB.</exception>
    /// <exception cref="SpotException">The vocabulary needs Unicode's tables, which the application switches off.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static T5Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string file = Directory.Exists(path) ? FindFile(path) : path;
        return File.Exists(file) ? Load(FileBytes.ReadAll(file, MostBytes), file) : throw new FileNotFoundException(
            $"There is no vocabulary at '{file}'. Every T5 checkpoint has one, named {FileName} or {JsonName}, beside its config.json: " +
            "copy it there, or give its path.", file);
    }

    /// <summary>Reads a vocabulary from the rest of a stream, which stays open.</summary>
    /// <param name="stream">A readable stream over the bytes of a <c>spiece.model</c> or <c>tokenizer.json</c>.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidDataException">The bytes are not a Unigram vocabulary of T5's or mT5's kind, or are damaged.</exception>
    /// <exception cref="SpotException">The vocabulary needs Unicode's tables, which the application switches off.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static T5Tokenizer Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return Load(copy.GetBuffer().AsMemory(0, (int)copy.Length), null);
    }

    /// <summary>
    /// The id of a sentinel: where the vocabulary has it or else behind the pieces, the first one last
    /// (32,099 − k for the published T5, 250,099 − k for mT5).
    /// </summary>
    /// <param name="k">0 to 99.</param>
    /// <returns>The id of <c>&lt;extra_id_k&gt;</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sentinel.</exception>
    public int SentinelId(int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(k, SentinelCount);
        return _sentinels[k];
    }

    /// <summary>How the vocabulary writes an id: U+2581 for the start of a word, names in angle brackets for what is not text.</summary>
    /// <param name="id">0 to <see cref="VocabularySize"/> − 1.</param>
    /// <returns>The piece.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public string Piece(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return id < _pieces.Length ? _pieces[id] : $"{SentinelStart}{VocabularySize - 1 - id}>";
    }

    /// <summary>The name of a byte's piece.</summary>
    internal static string BytePiece(byte value) => $"<0x{value:X2}>";

    /// <summary>The vocabulary of a checkpoint's folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has none.</exception>
    internal static string FindFile(string folder) =>
        new[] { FileName, JsonName }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"There is no vocabulary in '{folder}': expected {FileName} or {JsonName}. Every T5 checkpoint has one of them beside its config.json: copy it there.",
            Path.Combine(folder, FileName));

    private static T5Tokenizer Load(ReadOnlyMemory<byte> bytes, string? path)
    {
        string source = path is null ? "The stream" : $"'{path}'";
        if (bytes.Span.StartsWith("version https://git-lfs"u8))
        {
            throw new InvalidDataException($"{source} is a Git LFS pointer, not the file itself. Run 'git lfs pull' where it comes from.");
        }

        // No SentencePiece model begins with a brace: as protobuf that would be a group.
        bool json = bytes.Span.StartsWith("{"u8) || path?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true;
        return new T5Tokenizer(json ? TokenizerJsonReader.Read(bytes, path ?? "stream") : VocabularyModelReader.Read(bytes.Span, source), source);
    }
}
